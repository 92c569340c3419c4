import type { Tx } from "../db";
import { KEPT_MS, type ReplyClaim } from "./kept-reply";
import { countReplies } from "./kept-reply.store";

/** Whether an account's idempotency key has a result that would be given again now. Errors: those of the database. */
export async function hasStoredReply(
  reader: Tx,
  place: Pick<ReplyClaim, "userId" | "route" | "key">,
  nowMs: number,
): Promise<boolean> {
  return (await countReplies(reader, place, new Date(nowMs - KEPT_MS))) > 0;
}
