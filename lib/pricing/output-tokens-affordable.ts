import type { Card } from "../catalog";
import type { Micros } from "../money";
import type { Factor } from "./apply-factors";
import { chargeOf } from "./charge-of";
import type { RequestFacts } from "./usage";
import { worstCase, type Bounds } from "./worst-case";

export type Affordable = { card: Card; bounds: Bounds; facts: RequestFacts; factors: readonly Factor[] };

/**
 * How many output tokens for each choice a budget can pay at the worst, at most those of the bounds.
 *
 * Returns `null` where it can't pay for none at all, or the request is unpriced. Rounding: down, to a whole token.
 */
export function outputTokensAffordable(request: Affordable, budgetMicros: Micros): number | null {
  const { card, bounds, facts, factors } = request;
  const canPay = (outputTokens: number): boolean => {
    const rating = worstCase(card, { ...bounds, outputTokens }, facts);
    return rating.outcome === "rated" && chargeOf(rating, factors, card.chargeUnit).chargeMicros <= budgetMicros;
  };
  if (!canPay(0)) return null;
  let [payable, over] = [0, bounds.outputTokens + 1];
  while (over - payable > 1) {
    const middle = Math.floor((payable + over) / 2);
    if (canPay(middle)) payable = middle;
    else over = middle;
  }
  return payable;
}
