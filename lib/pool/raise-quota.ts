import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { nanos, type Nanos } from "../money";
import { QUOTA_USED } from "./charge-pool-keys";
import { updatePoolKeys } from "./pool.store";
import { requirePoolKey } from "./require-pool-key";

/**
 * Add to what is left of the quota of a key that was just looked at with its provider, where none is below what it cost already;
 * one that had used it up serves again.
 * Gives its cost and its new quota.
 *
 * Units: nanodollars. Errors: `not_found`.
 */
export async function raiseQuota(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; addedNanos: Nanos },
): Promise<{ costNanos: Nanos; quotaNanos: Nanos }> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  assert(key.quotaNanos !== null, "only a known quota is raised");
  const { costNanos } = key;
  const base = key.quotaNanos > costNanos ? key.quotaNanos : costNanos;
  const quotaNanos = nanos(base + input.addedNanos);
  const isUsedUp = key.state === "depleted" && key.reason === QUOTA_USED;
  await updatePoolKeys(tx, [key.id], {
    quotaNanos,
    aliveAtMs: ctx.nowMs,
    ...(isUsedUp && { state: "active", reason: null }),
  });
  await bumpConfig(tx, "pool");
  return { costNanos, quotaNanos };
}
