import { INPUT_KINDS, OUTPUT_KINDS, type Card, type CardTier, type TokenKind } from "@/lib/catalog";
import { formatDecimal, type Decimal } from "@/lib/money";
import type { RequestFacts, Usage } from "@/lib/pricing";
import { fractionOf, order, plus, sumOf, times, type Fraction } from "../../support/fraction";

const ONE = fractionOf("1");
const ZERO = fractionOf("0");
const of = ({ digits, scale }: Decimal): Fraction => fractionOf(formatDecimal(digits, scale));
const used = (usage: Usage, meter: string): Fraction => {
  const entry = Object.entries(usage.meters).find(([name]) => name === meter);
  return fractionOf(String(entry?.[1] ?? (meter === "requests" ? 1 : 0)));
};

/** `total + Σ tokens × (multiple − 1)`, kinds in order, none beyond what is left of the total. */
function counted(card: Card, usage: Usage, total: Fraction, kinds: readonly TokenKind[]): Fraction {
  let left = total;
  let sum = total;
  for (const kind of kinds) {
    const claimed = fractionOf(String(usage.kinds[kind] ?? 0));
    const tokens = order(claimed, left) > 0 ? left : claimed;
    left = plus(left, times(tokens, fractionOf("-1")));
    const multiple = card.multiples[kind] ?? (kind === "cache" ? card.multiples.cache_read : undefined);
    sum = plus(sum, times(tokens, plus(multiple ? of(multiple) : ONE, fractionOf("-1"))));
  }
  return sum;
}

/** The rated amount of a card without a table, straight from the formula of the price list; it makes no lines. */
export function referenceTotal(card: Card, usage: Usage, facts: RequestFacts): Fraction {
  const start = (tier: CardTier): Fraction => (tier.above ? of(tier.above) : tier.from ? of(tier.from) : ZERO);
  const steps = card.tiers.filter((tier) => {
    const beyond = order(used(usage, tier.meter), start(tier));
    return beyond > 0 || (beyond === 0 && tier.from !== undefined);
  });
  const step = [...steps].sort((a, b) => order(start(b), start(a)))[0];
  const base = card.rates.map(({ meter, amount, per, min }) => {
    const kinds = meter === "input_tokens" ? INPUT_KINDS : meter === "output_tokens" ? OUTPUT_KINDS : [];
    const quantity = counted(card, usage, used(usage, meter), kinds);
    const atLeast = min && order(of(min), quantity) > 0 ? of(min) : quantity;
    const factor = step?.times[meter];
    const each = { top: of(amount).top * of(per).bottom, bottom: of(amount).bottom * of(per).top };
    return times(times(atLeast, each), factor ? of(factor) : ONE);
  });
  const fields = card.fields.filter(({ in: place, name, equals }) => {
    const value = place === "header" ? facts.headers[name] : facts.body[name];
    return (typeof value === "string" || typeof value === "number") && String(value) === String(equals);
  });
  const factors = fields.map(({ name, times: own }) => {
    const onStep = step?.fields?.filter((field) => field.name === name)[0];
    return onStep ? onStep.times : own;
  });
  const at = new Date(facts.arrivedMs ?? 0).toISOString();
  const weekday =
    ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(new Date(at).toUTCString().slice(0, 3)) || 7;
  const hour = Number(at.slice(11, 13));
  const [hours] = card.hours.filter(({ from_hour: from, to_hour: to, days }) => {
    const length = to > from ? to - from : to + 24 - from;
    return (hour - from + 24) % 24 < length && (days ?? [weekday]).includes(weekday);
  });
  if (hours && facts.arrivedMs !== undefined) factors.push(hours.times);
  return factors.reduce((total, factor) => times(total, of(factor)), base.length > 0 ? sumOf(base) : ZERO);
}
