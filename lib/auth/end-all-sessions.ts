import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { deleteSessions } from "./session.store";
import { bumpSessionEpoch } from "./user.store";

/**
 * Sign a user out everywhere, but for the session named, and know no browser of theirs any longer. Returns how many
 * sessions ended.
 */
export async function endAllSessions(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; exceptSessionId: Uuid | null },
): Promise<number> {
  await bumpSessionEpoch(tx, input.userId);
  return deleteSessions(tx, input.userId, { except: input.exceptSessionId });
}
