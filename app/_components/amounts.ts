import { formatCredits, type Micros } from "@/lib/money";

// The fraction of a decimal literal that Intl reads exactly, digit by digit, where a number would lose places.
const literal = (amount: Micros): Intl.StringNumericLiteral => formatCredits(amount) as Intl.StringNumericLiteral;

/**
 * A balance as people read it: whole without decimals, else with two of them, so that columns line up.
 *
 * Rounding: towards zero, so that nobody is shown what they don't have; something below 0.01 says so instead of 0.
 */
export function shownAmount(amount: Micros, locale: string): string {
  if (amount > 0n && amount < 10_000n)
    return `<${new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(0.01)}`;
  const digits = amount % 1_000_000n === 0n ? 0 : 2;
  const rule = { minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "trunc" } as const;
  return new Intl.NumberFormat(locale, rule).format(literal(amount));
}

/** Every place of an amount. What was charged is always written so. */
export function exactAmount(amount: Micros, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(literal(amount));
}

/** Signed and exact, with a real minus. */
export function signedAmount(amount: Micros, locale: string): string {
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: 6, signDisplay: "exceptZero" }).format(
    literal(amount),
  );
  return text.replace("-", "−");
}
