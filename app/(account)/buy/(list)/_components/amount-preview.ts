import { divideDown, micros, type Micros, nanos, type Nanos, parseUsd } from "@/lib/money";

/** How dollars become credits, as the page was told. Units: nanodollars; shares as decimal digits and scale. */
export type AmountRules = {
  minNanos: Nanos;
  maxNanos: Nanos;
  usdPerCredit: { digits: bigint; scale: number };
  steps: { fromNanos: Nanos; bonus: { digits: bigint; scale: number } }[];
};
export type AmountPreview =
  | { outcome: "fits"; baseMicros: Micros; bonusMicros: Micros; totalMicros: Micros }
  | { outcome: "no_number" | "too_little" | "too_much" | "parts_of_cents" };

const NANOS_PER_MICRO = 1_000n;
const NANOS_PER_CENT = 10_000_000n;

/**
 * What an amount that somebody types would bring, while they type it. The order itself is reckoned by the room of
 * payments; a test holds the two together.
 *
 * Rounding: credits down to a microcredit, as the order's.
 */
export function previewAmount(text: string, rules: AmountRules): AmountPreview {
  const usd = parseUsd(text);
  if (usd === null) return { outcome: "no_number" };
  if (usd < rules.minNanos) return { outcome: "too_little" };
  if (usd > rules.maxNanos) return { outcome: "too_much" };
  if (usd % NANOS_PER_CENT !== 0n) return { outcome: "parts_of_cents" };
  const { digits, scale } = rules.usdPerCredit;
  const base = divideDown(usd * 10n ** BigInt(scale), digits * NANOS_PER_MICRO);
  const bonus = bonusOf(usd, base, rules.steps);
  return { outcome: "fits", baseMicros: micros(base), bonusMicros: micros(bonus), totalMicros: micros(base + bonus) };
}

function bonusOf(usd: Nanos, base: bigint, steps: AmountRules["steps"]): bigint {
  const none: AmountRules["steps"][number] = { fromNanos: nanos(-1n), bonus: { digits: 0n, scale: 0 } };
  const reached = steps
    .filter(({ fromNanos }) => fromNanos <= usd)
    .reduce((best, step) => (step.fromNanos > best.fromNanos ? step : best), none);
  return divideDown(base * reached.bonus.digits, 10n ** BigInt(reached.bonus.scale));
}
