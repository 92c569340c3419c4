import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { QUOTA_USED } from "./charge-pool-keys";
import { quotaLeft } from "./pool-key";
import { updatePoolKeys } from "./pool.store";
import { probeAtOnce } from "./probe-schedule";
import { requirePoolKey } from "./require-pool-key";

/**
 * Put a key that its owner paused back to use. One that is in use stays so; one whose quota is used up is depleted. One that
 * isn't known to be live is probed at once.
 *
 * Errors: `not_found`; `state_conflict` for a key that is out of use for another reason.
 */
export async function resumePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<void> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "active") return;
  if (key.state !== "paused") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only one that its owner paused can be resumed.`);
  }
  const isUsedUp = quotaLeft(key.quotaNanos, key.costNanos) === 0n;
  const change = isUsedUp
    ? ({ state: "depleted", reason: QUOTA_USED } as const)
    : ({ state: "active", reason: null } as const);
  await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null, ...probeAtOnce(key, ctx.nowMs) });
  await bumpConfig(tx, "pool");
}
