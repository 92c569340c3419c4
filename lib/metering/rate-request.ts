import { assert } from "../errors";
import type { Micros, Nanos } from "../money";
import { type AppliedFactor, chargeOf, type ChargeLine, rate, type Usage } from "../pricing";
import { costFor } from "./cost-for";
import { factorsOf, type Supply, type Terms } from "./terms";

/** One request's usage, priced and costed, as the usage record keeps it. */
export type RatedRequest = {
  chargeMicros: Micros;
  costNanos: Nanos;
  meters: Record<string, number | string>;
  multipliers: AppliedFactor[];
  breakdown: ChargeLine[];
  costBreakdown: ChargeLine[];
  /** More tokens of some kinds were reported than there were in all. */
  isCapped: boolean;
};

/**
 * What a request is charged and what its last attempt cost, with the lines of both calculations.
 *
 * The cards, discounts and multipliers are those of its arrival, the channel's that of the one that served. Units:
 * microcredits, nanodollars. Rounding: up to the charge unit, and up to a nanodollar, once each. Errors: an assertion
 * where the price card doesn't price the request, which admission has ruled out.
 */
export function rateRequest(terms: Terms, usage: Usage, supply: Supply): RatedRequest {
  const { card } = terms.price;
  const rating = rate(card, usage, terms.facts);
  assert(rating.outcome === "rated", "a request without a price isn't admitted");
  const { chargeMicros, lines, multipliers } = chargeOf(rating, factorsOf(terms, supply.discount), card.chargeUnit);
  const cost = costFor({ card: terms.cost, facts: terms.facts, costFactor: supply.costFactor }, usage);
  return {
    chargeMicros,
    costNanos: cost.costNanos,
    meters: { ...usage.meters, ...usage.kinds },
    multipliers,
    breakdown: lines,
    costBreakdown: cost.lines,
    isCapped: rating.flags.includes("kinds_capped"),
  };
}
