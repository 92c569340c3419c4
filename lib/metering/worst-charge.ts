import type { Decimal, Micros } from "../money";
import { type Bounds, chargeOf, worstCase } from "../pricing";
import { factorsOf, type Terms } from "./terms";

/** The most that a request may be charged, or the request fields that have no price. */
export type WorstCharge = { outcome: "bounded"; chargeMicros: Micros } | { outcome: "unpriced"; parameters: string[] };

/**
 * The most that a request within the bounds is charged, whichever channel serves it: what is reserved for it.
 *
 * `dearestDiscount` is the highest factor of the channels that may serve. Units: microcredits. Rounding: up, as a charge.
 */
export function worstCharge(terms: Terms, bounds: Bounds, dearestDiscount: Decimal): WorstCharge {
  const { card } = terms.price;
  const rating = worstCase(card, bounds, terms.facts);
  if (rating.outcome === "unpriced") return rating;
  const { chargeMicros } = chargeOf(rating, factorsOf(terms, dearestDiscount), card.chargeUnit);
  return { outcome: "bounded", chargeMicros };
}
