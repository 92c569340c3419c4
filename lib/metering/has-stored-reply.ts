import type { Tx } from "../db";
import { KEPT_MS, type ReplyClaim } from "./kept-reply";
import { readClaim, readEnd } from "./kept-reply.store";

/** Whether an account's idempotency key has a result that would be given again now. Errors: those of the database. */
export async function hasStoredReply(
  reader: Tx,
  place: Pick<ReplyClaim, "userId" | "route" | "key">,
  nowMs: number,
): Promise<boolean> {
  const claim = await readClaim(reader, place);
  if (claim === null || claim.reply === null || claim.createdAt.getTime() <= nowMs - KEPT_MS) return false;
  return (await readEnd(reader, claim.hold)) === "charged";
}
