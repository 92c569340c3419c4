import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { findQuoteFacts } from "./quote.store";
import type { QuoteView } from "./quote-contribution";

/** A quote of one's own: to be accepted, or over, because it was used or its time has passed. */
export type FoundQuote =
  | { outcome: "open"; provider: string; topUpOf: Uuid | null; quote: QuoteView }
  | { outcome: "over" };

/** Look for a quote of an account. Null where there is none, or it is another's. Units: microcredits. */
export async function findQuote(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; quoteId: Uuid },
): Promise<FoundQuote | null> {
  const facts = await findQuoteFacts(reader, input.userId, input.quoteId);
  if (!facts) return null;
  const { provider, topUpOf, isUsed, ...quote } = facts;
  if (isUsed || quote.expiresMs <= ctx.nowMs) return { outcome: "over" };
  return { outcome: "open", provider, topUpOf, quote };
}
