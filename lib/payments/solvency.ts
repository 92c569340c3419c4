import { divideDown, divideUp, fromCents, type Micros, nanos, type Nanos, NANOS_PER_CENT } from "../money";
import type { Settings } from "../settings";
import { ORDER_USD_MAX, ORDER_USD_MIN, quoteOrder } from "./quote-order";

/** What the platform is left with of an order, at worst: of a pack, or of the smallest order that a bonus step applies to. */
export type SolvencyLine = { pack: string | null; usdNanos: Nanos; creditsMicros: Micros; marginNanos: Nanos };

/** What of the settings decides how much of an order can go out again. */
export type SolvencySettings = Pick<
  Settings,
  "packs" | "bonus_steps" | "usd_per_credit" | "card_fee" | "contribution_fee" | "withdrawal"
>;

const MICROS_PER_100_CREDITS = 100_000_000n;
// A credit has 10^6 micros and a dollar 10^9 nanos.
const NANOS_PER_MICRO = 1_000n;

/**
 * What is left of an order's price once the card fee is paid and as much of its credits as can be is withdrawn by
 * contributors whose keys served them: what the contribution fee leaves of them, and no more than the money would buy at the
 * nominal value.
 *
 * Units: nanodollars. Rounding: down, so that it is below zero exactly where the line is.
 */
function marginOf(usdNanos: Nanos, creditsMicros: Micros, settings: SolvencySettings): Nanos {
  const { usd_per_credit: worth, card_fee: card, contribution_fee: fee, withdrawal } = settings;
  const [cardOne, feeOne] = [10n ** BigInt(card.share.scale), 10n ** BigInt(fee.scale)];
  const earned = { num: creditsMicros * (feeOne - fee.digits), den: feeOne };
  const backed = { num: usdNanos * 10n ** BigInt(worth.scale), den: worth.digits * NANOS_PER_MICRO };
  const out = earned.num * backed.den < backed.num * earned.den ? earned : backed;
  const kept = (usdNanos - card.fixed_usd) * cardOne - usdNanos * card.share.digits;
  const den = out.den * MICROS_PER_100_CREDITS;
  return nanos(divideDown(kept * den - out.num * withdrawal.usd_per_100 * cardOne, den * cardOne));
}

const wholeCents = (usdNanos: Nanos): Nanos => fromCents(divideUp(usdNanos, NANOS_PER_CENT));

/**
 * The solvency line of each pack and each bonus step under these settings: below zero, an order of it can cost the platform
 * more than it brings in.
 *
 * At a card fee of 2.9% + USD 0.30 and the other defaults: Starter 1.31, Pro 6.09, Enterprise 56.50.
 */
export function solvencyLines(settings: SolvencySettings): SolvencyLine[] {
  const steps = settings.bonus_steps
    .map(({ from_usd: from }) => (from > ORDER_USD_MIN ? wholeCents(from) : ORDER_USD_MIN))
    .filter((usd) => usd <= ORDER_USD_MAX);
  const wishes = [...settings.packs.map(({ id }) => ({ pack: id })), ...steps.map((usd) => ({ usd }))];
  return wishes.map((wish) => {
    const { pack, usdNanos, creditsMicros } = quoteOrder(settings, wish);
    return { pack, usdNanos, creditsMicros, marginNanos: marginOf(usdNanos, creditsMicros, settings) };
  });
}

/** The lines that are below zero: each is an alert for as long as the settings stay. */
export const insolventLines = (settings: SolvencySettings): SolvencyLine[] =>
  solvencyLines(settings).filter(({ marginNanos }) => marginNanos < 0n);
