import type { Card, CardRate } from "@/lib/catalog";
import { type Decimal, divideHalfUp, formatDecimal } from "@/lib/money";

const PLACES = 9;

/**
 * What so much of a meter costs, as decimal text.
 *
 * Rounding: half up to nine places, for showing only; charges are rated exactly.
 */
export function priceOf(rate: CardRate, quantity: bigint): string {
  const dividend = rate.amount.digits * quantity * 10n ** BigInt(rate.per.scale + PLACES);
  const divisor = rate.per.digits * 10n ** BigInt(rate.amount.scale);
  return formatDecimal(divideHalfUp(dividend, divisor), PLACES);
}

/** The rate of a meter, where the card has one. */
export const rateOf = (card: Card, meter: CardRate["meter"]): CardRate | undefined =>
  card.rates.find((rate) => rate.meter === meter);

/** The least price of a card's table, or `null` where it has none. */
export function leastOfTable(card: Card): string | null {
  const amounts = card.table?.rows.map(({ amount }) => amount) ?? [];
  const [first, ...others] = amounts;
  if (!first) return null;
  const least = others.reduce((low, amount) => (isLess(amount, low) ? amount : low), first);
  return formatDecimal(least.digits, least.scale);
}

const isLess = (one: Decimal, other: Decimal): boolean =>
  one.digits * 10n ** BigInt(other.scale) < other.digits * 10n ** BigInt(one.scale);
