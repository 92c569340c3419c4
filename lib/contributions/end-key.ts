import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { endPoolKey, getPoolKey, type PoolKeyView } from "../pool";
import { killContribution } from "./kill-contribution";

/**
 * End a supplier's key for good, as an operator decides: its secret is destroyed, and a contribution ends as if its key had
 * died. A key that has ended stays as it is.
 *
 * Errors: `not_found`.
 */
export async function endKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const end = { ...input, reason: "by_operator" } as const;
  await killContribution(tx, ctx, end);
  // The platform's own keys are no contribution's.
  await endPoolKey(tx, ctx, { ...end, state: "revoked" });
  return getPoolKey(tx, ctx, input);
}
