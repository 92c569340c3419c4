import { fieldText, type Card, type CardRate, type CardTier } from "../catalog";
import type { RateLine, RatingLine } from "./line";
import { partsOf, quantityOf, type Part } from "./quantity";
import { rateTable } from "./rate-table";
import { add, compare, divide, multiply, ONE, ratioOf, subtract, toText, ZERO, type Ratio } from "./ratio";
import type { AppliedFactor, Rated, Rating } from "./rating";
import { readField } from "./read-field";
import type { RequestFacts, Usage } from "./usage";

/** The highest step that the raw meter is above; only that one applies, to the whole request. */
function tierOf(card: Card, usage: Usage): CardTier | null {
  return card.tiers.reduce<CardTier | null>((highest, tier) => {
    if (compare(quantityOf(usage, tier.meter), ratioOf(tier.above)) <= 0) return highest;
    return highest && compare(ratioOf(highest.above), ratioOf(tier.above)) >= 0 ? highest : tier;
  }, null);
}

/** The part that fills a meter up to the rate's minimum, where it falls short of it. */
function upToMinimum(rate: CardRate, parts: readonly Part[]): Ratio | null {
  if (!rate.min) return null;
  const counted = parts.reduce((sum, { quantity, multiple }) => add(sum, multiply(quantity, multiple)), ZERO);
  const missing = subtract(ratioOf(rate.min), counted);
  return missing.num > 0n ? missing : null;
}

type Piece = { total: Ratio; line: RatingLine };

function rateOne(rate: CardRate, parts: readonly Part[], tier: CardTier | null): Piece[] {
  const [amount, per, times] = [rate.amount, rate.per, tier?.times[rate.meter]].map((decimal) =>
    decimal ? ratioOf(decimal) : ONE,
  ) as [Ratio, Ratio, Ratio]; // three in, three out
  const shown = { times: toText(times), amount: toText(amount), per: toText(per) };
  const each = divide(multiply(amount, times), per);
  const pieceOf = (kind: RateLine["kind"], quantity: Ratio, multiple: Ratio): Piece => {
    const total = multiply(multiply(quantity, multiple), each);
    const numbers = { quantity: toText(quantity), multiple: toText(multiple), ...shown, subtotal: toText(total) };
    return { total, line: { what: "rate", meter: rate.meter, kind, ...numbers } };
  };
  const missing = upToMinimum(rate, parts);
  const pieces = parts
    .filter(({ quantity }) => quantity.num > 0n)
    .map(({ kind, quantity, multiple }) => pieceOf(kind, quantity, multiple));
  return missing ? [...pieces, pieceOf("minimum", missing, ONE)] : pieces;
}

function applyFields(card: Card, facts: RequestFacts, base: Rated): Rated {
  let { total } = base;
  const lines = [...base.lines];
  const multipliers: AppliedFactor[] = [];
  for (const field of card.fields) {
    const [value] = readField(facts, field);
    if (value === undefined || fieldText(value) !== fieldText(field.equals)) continue;
    const after = multiply(total, ratioOf(field.times));
    const [times, subtotal] = [toText(ratioOf(field.times)), toText(subtract(after, total))];
    lines.push({ what: "field", name: field.name, equals: field.equals, times, subtotal });
    multipliers.push({ name: field.name, factor: times });
    total = after;
  }
  return { ...base, total, lines, multipliers };
}

function rateMeters(card: Card, usage: Usage, facts: RequestFacts): Rated {
  const tier = tierOf(card, usage);
  const metered = card.rates.map((rate) => ({ rate, ...partsOf(card, usage, rate.meter) }));
  const pieces = metered.flatMap(({ rate, parts }) => rateOne(rate, parts, tier));
  return applyFields(card, facts, {
    outcome: "rated",
    total: pieces.reduce((sum, { total }) => add(sum, total), ZERO),
    lines: pieces.map(({ line }) => line),
    multipliers: [],
    flags: metered.some(({ isCapped }) => isCapped) ? ["kinds_capped"] : [],
  });
}

/**
 * Rate one request's usage with a card: the same for a price and for a cost.
 *
 * The result is exact; its lines add up to it. A table is the whole base where the card has one; where no row matches,
 * the request is unpriced unless the table says `else: rates`.
 *
 * Units: credits for a price card, US dollars for a cost card. Rounding: none; `chargeOf` and `costOf` round once.
 */
export function rate(card: Card, usage: Usage, facts: RequestFacts): Rating {
  if (!card.table) return rateMeters(card, usage, facts);
  const outcome = rateTable(card.table, facts);
  if (outcome.outcome === "rated") return outcome;
  if (card.table.else === "rates") return rateMeters(card, usage, facts);
  return { outcome: "unpriced", parameters: outcome.parameters };
}
