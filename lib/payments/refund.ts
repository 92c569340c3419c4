import { type Decimal, divideDown, divideUp, type Micros, micros, type Nanos, nanos, NANOS_PER_CENT } from "../money";

// Spent credits are paid for at their nominal value: 10^-6 of a credit times 10^9 nanodollars a dollar.
const NANOS_PER_MICRO = 1_000n;

/**
 * The dollars that a purchase's buyer gets back: what was paid less what was spent of it, never below zero.
 *
 * Units: microcredits, nanodollars. Rounding: down to the cent.
 */
export function refundOf(paidNanos: Nanos, spentMicros: Micros, usdPerCredit: Decimal): Nanos {
  const unit = 10n ** BigInt(usdPerCredit.scale);
  const left = divideDown(paidNanos * unit - spentMicros * NANOS_PER_MICRO * usdPerCredit.digits, unit);
  return nanos(left <= 0n ? 0n : divideDown(left, NANOS_PER_CENT) * NANOS_PER_CENT);
}

/**
 * The credits that go with a part of a purchase's price, at most what wasn't taken before.
 *
 * Rounding: up to a microcredit, so that parts that make up the price take all of it, in whatever order.
 */
export function shareOf(
  purchase: { creditsMicros: Micros; usdNanos: Nanos },
  partNanos: Nanos,
  takenMicros: Micros,
): Micros {
  const share = divideUp(purchase.creditsMicros * partNanos, purchase.usdNanos);
  const left = purchase.creditsMicros - takenMicros;
  return micros(share < left ? share : left);
}
