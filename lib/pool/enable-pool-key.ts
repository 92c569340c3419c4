import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { type PoolKeyView, quotaLeft } from "./pool-key";
import { updatePoolKeys } from "./pool.store";
import { probeAtOnce } from "./probe-schedule";
import { requirePoolKey } from "./require-pool-key";
import { viewPoolKey } from "./view-pool-key";

/**
 * Put a key back to use, its bad answers forgotten. Enabling an active one ends its cool-down.
 *
 * Errors: `not_found`; `state_conflict` where no quota is left, or its owner paused, retired or lost it.
 */
export async function enablePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "revoked" || key.state === "retired" || key.state === "paused") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only its owner can change that.`);
  }
  if (quotaLeft(key.quotaNanos, key.costNanos) === 0n) {
    throw new ScripError("state_conflict", "This key has no quota left. Raise its quota first.");
  }
  const change = { state: "active", reason: null, failures: 0, lastError: null } as const;
  await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null, ...probeAtOnce(key, ctx.nowMs) });
  await bumpConfig(tx, "pool");
  return viewPoolKey({ ...key, ...change, coolingUntilMs: 0 }, ctx.nowMs);
}
