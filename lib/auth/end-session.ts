import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { deleteSessions } from "./session.store";

/** Sign a user out of one session. One that has ended, or is another's, changes nothing. */
export async function endSession(tx: Tx, _ctx: Ctx, input: { userId: Uuid; sessionId: Uuid }): Promise<void> {
  await deleteSessions(tx, input.userId, { id: input.sessionId });
}
