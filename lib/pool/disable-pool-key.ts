import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { PoolKeyView } from "./pool-key";
import { updatePoolKeys } from "./pool.store";
import { requirePoolKey } from "./require-pool-key";
import { viewPoolKey } from "./view-pool-key";

/**
 * Take a key out of use until somebody enables it; requests under way with it end as they would. Disabling it again
 * changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for a key that is gone for good (revoked or retired).
 */
export async function disablePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "revoked" || key.state === "retired") {
    throw new ScripError("state_conflict", `This key is ${key.state} and can't change any more.`);
  }
  const change = { state: "disabled", reason: "by_operator" } as const;
  if (key.state !== "disabled") {
    await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null });
    await bumpConfig(tx, "pool");
  }
  return viewPoolKey(key.state === "disabled" ? key : { ...key, ...change, coolingUntilMs: 0 }, ctx.nowMs);
}
