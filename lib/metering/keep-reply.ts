import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { sealReply, type Vault } from "../vault";
import { KEPT_BYTES_MAX, type KeptReply, placeOf, type ReplyClaim, writeKept } from "./kept-reply";
import { updateClaim } from "./kept-reply.store";

/**
 * Keep the reply of a claimed request, encrypted; null, or more than 1 MB, marks the claim as done without a result.
 *
 * Errors: those of the database; the claim then stays in progress.
 */
export async function keepReply(
  tx: Tx,
  _ctx: Ctx,
  vault: Vault,
  input: { claim: ReplyClaim; reply: KeptReply | null },
): Promise<void> {
  const { claim, reply } = input;
  const isKept = reply !== null && reply.body.length <= KEPT_BYTES_MAX;
  await updateClaim(tx, claim.id, isKept ? sealReply(vault, placeOf(claim.id, claim.userId), writeKept(reply)) : null);
}
