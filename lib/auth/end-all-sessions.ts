import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { deleteSessions } from "./session.store";

/** Sign a user out everywhere, but for the session named. Returns how many sessions ended. */
export function endAllSessions(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; exceptSessionId: Uuid | null },
): Promise<number> {
  return deleteSessions(tx, input.userId, { except: input.exceptSessionId });
}
