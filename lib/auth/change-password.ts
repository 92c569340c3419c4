import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { endAllSessions } from "./end-all-sessions";
import { writeUser } from "./user.store";

/** Set a new password, made a hash before the transaction, and sign out everywhere but in the session named. */
export async function changePassword(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; passwordHash: string; exceptSessionId: Uuid | null },
): Promise<void> {
  await writeUser(tx, input.userId, { passwordHash: input.passwordHash, passwordChangedMs: ctx.nowMs });
  await endAllSessions(tx, ctx, input);
}
