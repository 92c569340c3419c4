import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { decryptReply, encryptReply, type Vault } from "../vault";
import {
  deleteClaim,
  deleteOldClaims,
  insertClaim,
  REPLY_BYTES_MAX,
  RETENTION_MS,
  type StoredReply,
  placeOf,
  readClaim,
  readEnd,
  parseReply,
  type ReplyClaim,
  updateClaim,
  serialiseReply,
} from "./idempotency.store";

export type ReplyClaimOutcome =
  /** It is the first: run it, store its reply before it is charged, or delete the claim where it isn't. */
  | { outcome: "new" }
  | { outcome: "done"; reply: StoredReply }
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
  if (await insertClaim(tx, claim, { nowMs, retentionMs: RETENTION_MS, unbookedMs: UNBOOKED_MS }))
    return { outcome: "new" };
  const first = await readClaim(tx, claim);
  if (!first) return { outcome: "in_progress" }; // it was forgotten this moment: a retry finds the key free
  if (Buffer.compare(first.requestHash, claim.requestHash) !== 0) return { outcome: "other_request" };
  const ended = await readEnd(tx, first.hold);
  if (ended === "open") return { outcome: "in_progress" };
  if (ended === "lost" || first.reply === null) return { outcome: "gone" };
  return {
    outcome: "done",
    reply: parseReply(decryptReply(vault, placeOf(first.id, claim.userId), first.reply, REPLY_BYTES_MAX * 2)),
  };
}

/** Whether an account's idempotency key has a result that would be given again now. Errors: those of the database. */
export async function hasStoredReply(
  reader: Tx,
  place: Pick<ReplyClaim, "userId" | "route" | "key">,
  nowMs: number,
): Promise<boolean> {
  const claim = await readClaim(reader, place);
  if (claim === null || claim.reply === null || claim.createdAt.getTime() <= nowMs - RETENTION_MS) return false;
  return (await readEnd(reader, claim.hold)) === "charged";
}

/**
 * Keep the reply of a claimed request, encrypted; of more than 1 MB, nothing. It may be kept before its request
 * is charged, and isn't given again until then.
 *
 * Errors: those of the database.
 */
export async function storeReply(
  tx: Tx,
  _ctx: Ctx,
  vault: Vault,
  input: { claim: ReplyClaim; reply: StoredReply },
): Promise<void> {
  const { claim, reply } = input;
  const isStored = reply.body.length <= REPLY_BYTES_MAX;
  await updateClaim(
    tx,
    claim.id,
    isStored ? encryptReply(vault, placeOf(claim.id, claim.userId), serialiseReply(reply)) : null,
  );
}

/** Give a claim up whose request ended without a charge: the key is free again. */
export async function releaseClaim(tx: Tx, _ctx: Ctx, claim: ReplyClaim): Promise<void> {
  await deleteClaim(tx, claim.id);
}

/** Remove results that are given again no longer, at most `limit` of them; returns how many went. */
export async function purgeReplies(tx: Tx, { nowMs }: Ctx, limit: number): Promise<number> {
  return deleteOldClaims(tx, new Date(nowMs - RETENTION_MS), limit);
}
