import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { KeyReason } from "../pool";
import { findByPoolKey } from "./contribution.store";
import { endContribution } from "./end-contribution";

/**
 * End the contribution of a key that died: what hasn't vested is taken back, from unvested credits first, as a debt at
 * last. False where it had ended before, or the key is no contribution's.
 */
export async function killContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; reason: KeyReason },
): Promise<boolean> {
  const contribution = await findByPoolKey(tx, input.poolKeyId);
  return contribution !== null && endContribution(tx, ctx, { ...input, state: "revoked" });
}
