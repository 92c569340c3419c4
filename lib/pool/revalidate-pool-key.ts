import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { enqueue } from "../queue/enqueue";
import type { PoolKeyView } from "./pool-key";
import { requirePoolKey } from "./require-pool-key";
import { viewPoolKey } from "./view-pool-key";

/** The job that looks at a key with its provider: `{pool_key}`. */
export const PROBE_TOPIC = "probe_pool_key";

/**
 * Have a key looked at with its provider, in a job after this transaction. Gives the key as it is now; `checkedAtMs`
 * moves when the look is done.
 *
 * Errors: `not_found`; `state_conflict` for a key that is disabled or gone (enable it first).
 */
export async function revalidatePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (!["active", "quarantined", "depleted", "paused"].includes(key.state)) {
    throw new ScripError("state_conflict", `This key is ${key.state}. Enable it first, then validate it.`);
  }
  await enqueue(tx, PROBE_TOPIC, { pool_key: key.id });
  return viewPoolKey(key, ctx.nowMs);
}
