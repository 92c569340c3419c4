import type { CardVersion } from "../catalog";
import { assert } from "../errors";
import { type Decimal, type Micros, type Nanos, ZERO_NANOS } from "../money";
import {
  type AppliedFactor,
  type Bounds,
  type ChargeLine,
  chargeOf,
  type Cost,
  costOf,
  type Factor,
  fieldsOf,
  rate,
  readField,
  type RequestFacts,
  type Usage,
  worstCase,
} from "../pricing";

/** What was in force for a request when it arrived: its cards, its owner's discount, and what it says itself. */
export type Terms = {
  price: CardVersion;
  /** Null where the supplier's bill isn't known. */
  cost: CardVersion | null;
  userDiscount: Decimal;
  facts: RequestFacts;
};

/** What the channel that serves adds to the terms. */
export type Supply = { discount: Decimal; costFactor: Decimal };

/** The multipliers of a charge beside the card's own fields, in the order in which they apply. */
export const factorsOf = ({ userDiscount }: Pick<Terms, "userDiscount">, channelDiscount: Decimal): Factor[] => [
  { name: "channel discount", factor: channelDiscount },
  { name: "user discount", factor: userDiscount },
];

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

type Fields = Readonly<Record<string, string>>;

/** A request as though it had said other values of top-level fields. */
const asServed = (facts: RequestFacts, served: Fields): RequestFacts => ({
  ...facts,
  body: { ...facts.body, ...served },
  ...(facts.values && {
    values: { ...facts.values, ...Object.fromEntries(Object.entries(served).map(([name, value]) => [name, [value]])) },
  }),
});

/** Whether prices or costs can differ for a request and for what its reply says that served it. */
function isServedOtherwise({ price, cost, facts }: Terms, served: Fields): boolean {
  return Object.entries(served).some(([name, value]) => {
    const isNamed = [price, ...(cost ? [cost] : [])].some(({ card }) => fieldsOf(card).includes(name));
    return isNamed && readField(facts, { in: "body", name })[0] !== value;
  });
}

/**
 * As `rateRequest`, by what the reply says of fields that prices depend on, such as the tier that served.
 *
 * A charge above `atMostMicros` is what nobody agreed to: such a reply is charged as it was asked for, and costs what it costs.
 */
export function rateServed(
  terms: Terms,
  usage: Usage,
  supply: Supply,
  { served, atMostMicros }: { served: Fields; atMostMicros: Micros },
): RatedRequest {
  const asked = rateRequest(terms, usage, supply);
  if (!isServedOtherwise(terms, served)) return asked;
  const facts = asServed(terms.facts, served);
  const { costNanos, lines: costBreakdown } = costFor(
    { card: terms.cost, facts, costFactor: supply.costFactor },
    usage,
  );
  const cost = { costNanos, costBreakdown };
  if (rate(terms.price.card, usage, facts).outcome !== "rated") return { ...asked, ...cost };
  const rated = rateRequest({ ...terms, facts }, usage, supply);
  return rated.chargeMicros <= atMostMicros ? rated : { ...asked, ...cost };
}

/** The most that a request may be charged, or the request fields that have no price. */
export type WorstCharge = { outcome: "bounded"; chargeMicros: Micros } | { outcome: "unpriced"; parameters: string[] };

/**
 * The most that a request within the bounds is charged, whichever channel serves it: what is reserved for it.
 *
 * `maxDiscount` is the highest factor of the channels that may serve. Units: microcredits. Rounding: up, as a charge.
 */
export function worstCharge(terms: Terms, bounds: Bounds, maxDiscount: Decimal): WorstCharge {
  const { card } = terms.price;
  const rating = worstCase(card, bounds, terms.facts);
  if (rating.outcome === "unpriced") return rating;
  const { chargeMicros } = chargeOf(rating, factorsOf(terms, maxDiscount), card.chargeUnit);
  return { outcome: "bounded", chargeMicros };
}
