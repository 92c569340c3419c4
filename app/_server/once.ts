import { createHash } from "node:crypto";
import { claimOperation, finishOperation, isOperationDone, type Tx } from "@/lib/db";
import { assert, ScripError } from "@/lib/errors";
import type { Uuid } from "@/lib/ids";
import { webDatabase } from "./database";

const KEY_MAX = 255;

/** A reply as it was sent, to be sent again. */
export type IdempotencyRecord = { status: number; body: string };

/** The request's idempotency key. Errors: `idempotency_key_required`, `invalid_request` for one that is too long. */
function requireIdempotencyKey(request: Request): string {
  const key = request.headers.get("idempotency-key")?.trim() ?? "";
  if (key === "") {
    throw new ScripError(
      "idempotency_key_required",
      "This call moves credits: send an Idempotency-Key, a new random text for each new operation.",
    );
  }
  if (key.length <= KEY_MAX) return key;
  throw new ScripError("invalid_request", `The Idempotency-Key is longer than ${KEY_MAX} characters.`);
}

function isStoredReply(value: unknown): value is IdempotencyRecord {
  return typeof value === "object" && value !== null && "status" in value && "body" in value;
}

/**
 * Do the work of a request in one transaction, once for an account, a route and a key: the same request gets the first
 * reply again. While the first is running the second waits for it. A refused request leaves nothing, so that it may be
 * sent again under its key. What `prepare` learns comes before the transaction, and not for a reply that is there.
 *
 * Errors: `idempotency_conflict` where the key stood for another body.
 * Source: decision 030.
 */
export async function doOnce<Prepared>(
  request: Request,
  bodyText: string,
  userId: Uuid,
  prepare: () => Promise<Prepared>,
  work: (tx: Tx, idempotencyKey: string, prepared: Prepared) => Promise<IdempotencyRecord>,
): Promise<IdempotencyRecord & { isReplayed: boolean }> {
  const key = requireIdempotencyKey(request);
  const scope = `api ${userId} ${request.method} ${new URL(request.url).pathname}`;
  const requestHash = Uint8Array.from(createHash("sha256").update(bodyText).digest());
  const database = webDatabase();
  const prepared = (await isOperationDone(database.reader, { scope, key })) ? null : { value: await prepare() };
  return database.inTransaction(async (tx) => {
    const claim = await claimOperation(tx, { scope, key, requestHash });
    if (claim.outcome === "other_request") {
      throw new ScripError(
        "idempotency_conflict",
        "This Idempotency-Key was used with another body. Use a new key for a new operation.",
      );
    }
    if (claim.outcome === "done") {
      assert(isStoredReply(claim.reply), "what is kept under an API call's key is its reply");
      return { ...claim.reply, isReplayed: true };
    }
    assert(prepared, "what was done stays done");
    const reply = await work(tx, key, prepared.value);
    await finishOperation(tx, { scope, key, requestHash }, reply);
    return { ...reply, isReplayed: false };
  });
}
