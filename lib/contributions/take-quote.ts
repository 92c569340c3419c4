import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { lockQuote, useQuote, type Quote } from "./quote.store";

/**
 * Take a quote of one's own, once and within its time, and let go of the key that it held.
 *
 * Errors: `attestation_required`; `not_found` for another's too; `state_conflict` for a used one; `quote_expired`.
 */
export async function takeQuote(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; quoteId: Uuid; attest: boolean },
): Promise<Quote> {
  if (!input.attest) {
    throw new ScripError(
      "attestation_required",
      "Say that the key is yours to share and that its provider's terms allow it: `attest: true`.",
    );
  }
  const quote = await lockQuote(tx, input.userId, input.quoteId);
  if (!quote) throw new ScripError("not_found", "You have no such quote.");
  if (quote.usedMs !== null) throw new ScripError("state_conflict", "This quote has been used.");
  if (quote.expiresMs <= ctx.nowMs) throw new ScripError("quote_expired", "This quote has expired. Ask for a new one.");
  await useQuote(tx, quote.id, ctx.nowMs);
  return quote;
}
