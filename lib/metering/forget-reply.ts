import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { ReplyClaim } from "./kept-reply";
import { deleteClaim } from "./kept-reply.store";

/** Give a claim up whose request ended without a charge: the key is free again. */
export async function forgetReply(tx: Tx, _ctx: Ctx, claim: ReplyClaim): Promise<void> {
  await deleteClaim(tx, claim.id);
}
