import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import type { Uuid } from "../ids";
import { endAllSessions } from "./end-all-sessions";
import { getUser } from "./get-user";
import type { Role, UserLimits } from "./schemas";
import type { User } from "./user";
import { writeUser } from "./user.store";

export type UpdateUser = {
  userId: Uuid;
  role?: Role;
  tier?: string | null;
  limits?: UserLimits | null;
  isSuspended?: boolean;
  reason: string | null;
};

/**
 * Change what admins may change of an account. Gateways see it within a second; a suspended user is signed out.
 *
 * Errors: `not_found`.
 */
export async function updateUser(tx: Tx, ctx: Ctx, input: UpdateUser): Promise<{ before: User; after: User }> {
  const before = await getUser(tx, input.userId);
  const after = await writeUser(tx, input.userId, {
    role: input.role,
    tier: input.tier,
    limits: input.limits,
    ...(input.isSuspended === true && {
      suspendedMs: before.suspendedMs ?? ctx.nowMs,
      suspendedReason: input.reason ?? before.suspendedReason,
    }),
    ...(input.isSuspended === false && { suspendedMs: null, suspendedReason: null }),
  });
  if (after.suspendedMs !== null) await endAllSessions(tx, ctx, { userId: input.userId, exceptSessionId: null });
  await publishAccessChange(tx, { userId: input.userId });
  return { before, after };
}
