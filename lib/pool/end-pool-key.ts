import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Uuid } from "../ids";
import type { KeyReason } from "./key-reason";
import { updatePoolKeys, wipeSecret } from "./pool.store";
import { requirePoolKey } from "./require-pool-key";

/**
 * Take a key out of use for good and destroy its secret. Requests under way with it end as they would: gateways drop it
 * from memory once they have read this. A key that has ended stays as it is.
 *
 * Errors: `not_found`.
 */
export async function endPoolKey(
  tx: Tx,
  _ctx: Ctx,
  input: { poolKeyId: Uuid; state: "revoked" | "retired"; reason: KeyReason },
): Promise<void> {
  const { state, reason, poolKeyId } = input;
  const key = await requirePoolKey(tx, poolKeyId);
  if (key.state === "revoked" || key.state === "retired") return;
  await updatePoolKeys(tx, [key.id], { state, reason, coolingUntilMs: null });
  await wipeSecret(tx, key.id);
  await bumpConfig(tx, "pool");
}
