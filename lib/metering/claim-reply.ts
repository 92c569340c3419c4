import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { openReply, type Vault } from "../vault";
import { insertClaim, readClaim, readEnd } from "./kept-reply.store";
import { KEPT_BYTES_MAX, KEPT_MS, type KeptReply, placeOf, readKept, type ReplyClaim } from "./kept-reply";

export type ReplyClaimOutcome =
  /** It is the first: run it, store its reply before it is charged, or forget the claim where it isn't. */
  | { outcome: "new" }
  | { outcome: "done"; reply: KeptReply }
  | { outcome: "in_progress" }
  | { outcome: "other_request" }
  /** It ran and was charged, but its result was too large to keep or was lost. */
  | { outcome: "gone" };

/** A claim whose request wasn't booked within this time belongs to a process that died before. */
const UNBOOKED_MS = 60_000;

/**
 * Claim an account's idempotency key for a request, or learn what became of the first one under it.
 *
 * A claim whose request ended without a charge is free again. A result is given again from the moment its request is charged
 * by the gateway that stored it, for 24 hours.
 */
export async function claimReply(tx: Tx, { nowMs }: Ctx, vault: Vault, claim: ReplyClaim): Promise<ReplyClaimOutcome> {
  if (await insertClaim(tx, claim, { nowMs, keptMs: KEPT_MS, unbookedMs: UNBOOKED_MS })) return { outcome: "new" };
  const first = await readClaim(tx, claim);
  if (!first) return { outcome: "in_progress" }; // it was forgotten this moment: a retry finds the key free
  if (Buffer.compare(first.requestHash, claim.requestHash) !== 0) return { outcome: "other_request" };
  const ended = await readEnd(tx, first.hold);
  if (ended === "open") return { outcome: "in_progress" };
  if (ended === "lost" || first.reply === null) return { outcome: "gone" };
  return {
    outcome: "done",
    reply: readKept(openReply(vault, placeOf(first.id, claim.userId), first.reply, KEPT_BYTES_MAX * 2)),
  };
}
