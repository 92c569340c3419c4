import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { sealReply, type Vault } from "../vault";
import { KEPT_BYTES_MAX, type KeptReply, placeOf, type ReplyClaim, writeKept } from "./kept-reply";
import { updateClaim } from "./kept-reply.store";

/**
 * Keep the reply of a claimed request, encrypted; of more than 1 MB, nothing. It may be kept before its request
 * is charged, and isn't given again until then.
 *
 * Errors: those of the database.
 */
export async function keepReply(
  tx: Tx,
  _ctx: Ctx,
  vault: Vault,
  input: { claim: ReplyClaim; reply: KeptReply },
): Promise<void> {
  const { claim, reply } = input;
  const isKept = reply.body.length <= KEPT_BYTES_MAX;
  await updateClaim(tx, claim.id, isKept ? sealReply(vault, placeOf(claim.id, claim.userId), writeKept(reply)) : null);
}
