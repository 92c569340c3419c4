import type { CardVersion } from "../catalog";
import { type Decimal, ZERO_NANOS } from "../money";
import { type Cost, costOf, rate, type RequestFacts, type Usage } from "../pricing";

/** What bounds a supplier's bill beside the usage: its card, null where none is known, and the channel's factor on it. */
export type CostTerms = { card: CardVersion | null; facts: RequestFacts; costFactor: Decimal };

const NO_COST: Cost = { costNanos: ZERO_NANOS, lines: [] };

/** What a supplier bills for a usage. Units: nanodollars. Rounding: up, once. */
export function costFor({ card, facts, costFactor }: CostTerms, usage: Usage): Cost {
  if (!card) return NO_COST;
  const rating = rate(card.card, usage, facts);
  // A cost card that doesn't know the request's fields says nothing of its cost; reconciliation finds it.
  return rating.outcome === "rated" ? costOf(rating, costFactor) : NO_COST;
}
