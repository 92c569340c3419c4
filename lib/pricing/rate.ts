import {
  type Card,
  type CardField,
  type CardHours,
  type CardRate,
  type CardTier,
  fieldText,
  INPUT_KINDS,
  type Meter,
  OUTPUT_KINDS,
  type TokenKind,
} from "../catalog";
import { assert } from "../errors";
import { parseDecimal } from "../money";
import { rateTable, readField } from "./fields";
import type { AppliedFactor, Rated, RateLine, Rating, RatingLine, RequestFacts, Usage } from "./rating";
import { add, compare, divide, multiply, ONE, type Ratio, ratioOf, subtract, toText, ZERO } from "./ratio";

/** Some of a meter that is priced alike: tokens of one kind, or what is left when the kinds are taken off. */
export type Part = { kind: TokenKind | null; quantity: Ratio; multiple: Ratio };

/** How much of a meter was used. Errors: an assertion for what is no quantity; adapters let none through. */
function quantityOf(usage: Usage, meter: Meter): Ratio {
  const used = usage.meters[meter];
  if (used === undefined) return meter === "requests" ? ONE : ZERO;
  const decimal = parseDecimal(String(used));
  assert(decimal && decimal.digits >= 0n, `no quantity of ${meter}: ${used}`);
  return ratioOf(decimal);
}

/** What a token of that kind counts; 1 where the card doesn't say. */
export function multipleOf(card: Card, kind: TokenKind): Ratio {
  const multiple = card.multiples[kind] ?? (kind === "cache" ? card.multiples.cache_read : undefined);
  return multiple ? ratioOf(multiple) : ONE;
}

const KINDS: Partial<Record<Meter, readonly TokenKind[]>> = { input_tokens: INPUT_KINDS, output_tokens: OUTPUT_KINDS };

/**
 * A meter of tokens in parts that don't overlap: each kind takes its tokens from what the kinds before it left.
 *
 * `isCapped` says that a kind claimed more than was left. Kinds that the card doesn't price apart stay in the rest.
 */
function partsOf(card: Card, usage: Usage, meter: Meter): { parts: Part[]; isCapped: boolean } {
  const total = quantityOf(usage, meter);
  let [left, rest, isCapped] = [total.num, total.num, false];
  const parts: Part[] = [];
  for (const kind of KINDS[meter] ?? []) {
    const named = usage.kinds[kind] ?? 0;
    assert(Number.isSafeInteger(named) && named >= 0, `no number of ${kind} tokens: ${named}`);
    const claimed = BigInt(named) * total.den;
    const taken = claimed > left ? left : claimed;
    isCapped ||= claimed > left;
    left -= taken;
    const multiple = multipleOf(card, kind);
    if (taken === 0n || multiple === ONE) continue;
    rest -= taken;
    parts.push({ kind, quantity: { num: taken, den: total.den }, multiple });
  }
  return { parts: [{ kind: null, quantity: { num: rest, den: total.den }, multiple: ONE }, ...parts], isCapped };
}

const startOf = ({ above, from }: CardTier): Ratio => ratioOf(above ?? from ?? { digits: 0n, scale: 0 });

/** Whether so much was used that a step holds. */
export function isReached(tier: CardTier, usage: Usage): boolean {
  return compare(quantityOf(usage, tier.meter), startOf(tier)) >= (tier.above ? 1 : 0);
}

/** The highest step that holds; only that one applies, to the whole request. */
function tierOf(card: Card, usage: Usage): CardTier | null {
  return card.tiers.reduce<CardTier | null>((highest, tier) => {
    if (!isReached(tier, usage)) return highest;
    return highest && compare(startOf(highest), startOf(tier)) >= 0 ? highest : tier;
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

/** The card's fields as they hold on a step, which may have factors of its own for them. */
function fieldsAt(card: Card, tier: CardTier | null): CardField[] {
  const isSame = (one: CardField, other: CardField): boolean =>
    one.in === other.in && one.name === other.name && fieldText(one.equals) === fieldText(other.equals);
  return card.fields.map((field) => tier?.fields?.find((own) => isSame(own, field)) ?? field);
}

function applyFields(fields: readonly CardField[], facts: RequestFacts, base: Rated): Rated {
  let { total } = base;
  const lines = [...base.lines];
  const multipliers: AppliedFactor[] = [];
  for (const field of fields) {
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

/** The rating of the meters, on the step that the usage is on. */
function rateMeters(card: Card, usage: Usage, facts: RequestFacts, tier: CardTier | null): Rated {
  const metered = card.rates.map((rate) => ({ rate, ...partsOf(card, usage, rate.meter) }));
  const pieces = metered.flatMap(({ rate, parts }) => rateOne(rate, parts, tier));
  return applyFields(fieldsAt(card, tier), facts, {
    outcome: "rated",
    total: pieces.reduce((sum, { total }) => add(sum, total), ZERO),
    lines: pieces.map(({ line }) => line),
    multipliers: [],
    flags: metered.some(({ isCapped }) => isCapped) ? ["kinds_capped"] : [],
  });
}

/** The name of what the hours of a card make of a charge, in its lines and multipliers. */
export const HOURS = "hours";

function isWithin({ from_hour: from, to_hour: to, days }: CardHours, atMs: number): boolean {
  const at = new Date(atMs);
  const hour = at.getUTCHours();
  const isHour = from < to ? from <= hour && hour < to : from <= hour || hour < to;
  return isHour && (!days || days.includes(at.getUTCDay() || 7));
}

/** What the hour of the request's arrival makes of a rating. */
function applyHours(card: Card, { arrivedMs }: RequestFacts, base: Rated): Rated {
  const hours = arrivedMs === undefined ? undefined : card.hours.find((some) => isWithin(some, arrivedMs));
  const times = hours && toText(ratioOf(hours.times));
  if (!hours || !times || times === "1") return base;
  const total = multiply(base.total, ratioOf(hours.times));
  return {
    ...base,
    total,
    lines: [...base.lines, { what: "factor", name: HOURS, times, subtotal: toText(subtract(total, base.total)) }],
    multipliers: [...base.multipliers, { name: HOURS, factor: times }],
  };
}

/**
 * Rate one request's usage with a card: the same for a price and for a cost.
 *
 * The result is exact; its lines add up to it. A table is the whole base where the card has one; where no row matches,
 * the request is unpriced unless the table says `else: rates`.
 *
 * `tier` is for the worst case alone: the step is that of the usage.
 *
 * Units: credits for a price card, US dollars for a cost card. Rounding: none; `chargeOf` and `costOf` round once.
 */
export function rate(card: Card, usage: Usage, facts: RequestFacts, tier = tierOf(card, usage)): Rating {
  const byTable = card.table && rateTable(card.table, facts);
  if (byTable?.outcome === "rated") return applyHours(card, facts, byTable);
  if (byTable && card.table?.else !== "rates") return { outcome: "unpriced", parameters: byTable.parameters };
  return applyHours(card, facts, rateMeters(card, usage, facts, tier));
}

/**
 * Whether a card has a price for a request at all, zero included: a row of its table, or a rate for one of the meters
 * that such a request is counted in. Without one it would be rated at nothing.
 */
export function hasPrice(card: Card, facts: RequestFacts, meters: readonly Meter[]): boolean {
  if (card.table && rateTable(card.table, facts).outcome === "rated") return true;
  return card.rates.some(({ meter }) => meters.includes(meter));
}

/** Whether no request is charged anything by this card, whatever it uses. */
export function isFree({ rates, table }: Card): boolean {
  const amounts = [...rates, ...(table?.rows ?? [])].map(({ amount }) => amount.digits);
  return amounts.length > 0 && amounts.every((digits) => digits === 0n);
}
