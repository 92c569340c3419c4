import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { lockQuote, useQuote, type Quote } from "./quote.store";

/** A quote that its owner accepts: for a new contribution, or for a top-up of one. */
export type QuoteToAccept = { userId: Uuid; quoteId: Uuid; attest: boolean; topUpOf: Uuid | null };

/**
 * What has to hold of a quote that is accepted.
 *
 * Errors: `attestation_required`; `not_found` for another's too; `state_conflict` for a used one, or one that is for something
 * else; `quote_expired`.
 */
export function requireAcceptable(quote: Quote | null, { attest, topUpOf }: QuoteToAccept, nowMs: number): Quote {
  if (!attest) {
    throw new ScripError(
      "attestation_required",
      "Say that the key is yours to share and that its provider's terms allow it: `attest: true`.",
    );
  }
  if (!quote) throw new ScripError("not_found", "You have no such quote.");
  if (quote.usedMs !== null) throw new ScripError("state_conflict", "This quote has been used.");
  if (quote.expiresMs <= nowMs) throw new ScripError("quote_expired", "This quote has expired. Ask for a new one.");
  if (quote.topUpOf !== topUpOf) {
    const [one, other] = [
      "This quote is for a top-up of a contribution.",
      "This quote isn't for a top-up of this one.",
    ];
    throw new ScripError("state_conflict", topUpOf === null ? one : other);
  }
  return quote;
}

/** Take a quote of one's own, once and within its time, and let go of the key that it held. Errors: as `requireAcceptable`. */
export async function takeQuote(tx: Tx, ctx: Ctx, input: QuoteToAccept): Promise<Quote> {
  const quote = requireAcceptable(await lockQuote(tx, input.userId, input.quoteId), input, ctx.nowMs);
  await useQuote(tx, quote.id, ctx.nowMs);
  return quote;
}
