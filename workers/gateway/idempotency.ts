import { createHash } from "node:crypto";
import { systemCtx } from "../../lib/ctx";
import { ScripError } from "../../lib/errors";
import { newUuid } from "../../lib/ids";
import { claimReply, releaseClaim, storeReply, type StoredReply, type ReplyClaim } from "../../lib/idempotency";
import { nowMs } from "../../lib/time";
import type { Caller } from "./authenticate";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { ParsedRequest } from "./protocol";

const KEY_CHARS_MAX = 255;
/** Headers that belong to one reply, not to the result. */
const PASSING = /^x-ratelimit-|^connection$|^content-length$/;

/** The idempotency key that a request has, and the route that it holds for. Errors: `ScripError` invalid_request. */
export function replyKeyOf({ headers, request }: RequestContext): { route: string; key: string } | null {
  const key = headers["idempotency-key"];
  if (key === undefined) return null;
  const route = (request.url ?? "").split("?", 1)[0] ?? "";
  if (key !== "" && key.length <= KEY_CHARS_MAX) return { route, key };
  throw new ScripError("invalid_request", `An Idempotency-Key has 1 to ${KEY_CHARS_MAX} characters.`);
}

function replay(context: RequestContext, { status, headers, body, isCut }: StoredReply): void {
  context.response.writeHead(status, { ...headers, "idempotent-replayed": "true" });
  if (isCut) context.cut(body);
  else context.end(body);
}

const lasting = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !PASSING.test(name)));

/** Where the result goes. A database that is away costs the caller a later replay, not the reply. */
function keeper({ database, vault, log }: Gateway, claim: ReplyClaim) {
  return async (result: StoredReply): Promise<boolean> => {
    const reply = { ...result, headers: lasting(result.headers) };
    try {
      const ctx = systemCtx("gateway", nowMs());
      await database.inTransaction((tx) => storeReply(tx, ctx, vault, { claim, reply }));
      return true;
    } catch (error) {
      log.error({ error }, "a result couldn't be kept for its idempotency key");
      return false;
    }
  };
}

async function runFirst(
  gateway: Gateway,
  context: RequestContext,
  claim: ReplyClaim,
  serve: () => Promise<void>,
): Promise<void> {
  context.storeReply = keeper(gateway, claim);
  try {
    await serve();
  } finally {
    if (!context.isBooked) {
      // Nothing was charged: the key is free for another try. A claim that stays is found out by its hold.
      const forgotten = gateway.database.inTransaction((tx) => releaseClaim(tx, systemCtx("gateway", nowMs()), claim));
      await forgotten.catch((error: unknown) => gateway.log.warn({ error }, "a claim couldn't be given up"));
    }
  }
}

/**
 * Serve a request once under its idempotency key, if it has one: a repetition gets the first result, uncharged.
 *
 * Errors: `ScripError` in_progress while the first runs, idempotency_conflict for another body, or where the first
 * result is gone.
 */
export async function serveIdempotently(
  gateway: Gateway,
  context: RequestContext,
  { caller, parsed }: { caller: Caller; parsed: ParsedRequest },
  serve: () => Promise<void>,
): Promise<void> {
  const place = replyKeyOf(context);
  if (place === null) return serve();
  const sha256 = parsed.large?.sha256 ?? createHash("sha256").update(parsed.bytes).digest();
  const requestHash = Uint8Array.from(sha256);
  const claim: ReplyClaim = { id: newUuid(nowMs()), userId: caller.user.id, ...place, requestHash, hold: context.id };
  const { database, vault } = gateway;
  const ctx = systemCtx("gateway", context.arrivedMs);
  const claimed = await database
    .inTransaction((tx) => claimReply(tx, ctx, vault, claim))
    .catch((cause: unknown) => {
      throw new ScripError("unavailable", "Idempotency keys can't be read at the moment.", { retryAfterS: 2, cause });
    });
  switch (claimed.outcome) {
    case "new":
      return runFirst(gateway, context, claim, serve);
    case "done":
      return replay(context, claimed.reply);
    case "in_progress":
      throw new ScripError("in_progress", "The first request with this Idempotency-Key is under way.", {
        retryAfterS: 1,
      });
    case "other_request":
      throw new ScripError("idempotency_conflict", "This Idempotency-Key stands for another request. Use a new one.");
    case "gone":
      throw new ScripError(
        "idempotency_conflict",
        "The first request with this Idempotency-Key was charged and its result wasn't kept. Use a new key to run it again.",
      );
  }
}
