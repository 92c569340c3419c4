import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { updatePoolKeys } from "./pool.store";
import { requirePoolKey } from "./require-pool-key";

/**
 * Take a key out of use for its owner; requests under way with it end as they would. Pausing it again changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for a key that isn't in use anyway.
 */
export async function pausePoolKey(tx: Tx, _ctx: Ctx, input: { poolKeyId: Uuid }): Promise<void> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "paused") return;
  if (key.state !== "active") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only one that is in use can be paused.`);
  }
  await updatePoolKeys(tx, [key.id], { state: "paused", reason: "by_owner" });
  await bumpConfig(tx, "pool");
}
