import { formatCredits, formatUsd, type Micros, type Nanos } from "@/lib/money";
import { useLocale, useTranslations } from "next-intl";

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

/** Dollars in words, to the cent. `literal` is decimal text, which Intl reads digit by digit. */
export const moneyText = (literal: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" }).format(
    literal as Intl.StringNumericLiteral,
  );

type CreditsProps = { amount: Micros; isExact?: boolean; hasUnit?: boolean };

/** The one way to print an amount: short with every place on hover, or exact where something was charged. */
export function Credits({ amount, isExact = false, hasUnit = true }: CreditsProps) {
  const locale = useLocale();
  const t = useTranslations("Ui");
  const exact = exactAmount(amount, locale);
  const shown = isExact ? exact : shownAmount(amount, locale);
  const isOne = amount === 1_000_000n;
  const write = (text: string) => (hasUnit ? t(isOne ? "credit" : "credits", { amount: text }) : text);
  return (
    <span className="whitespace-nowrap tabular-nums" data-hint={shown === exact ? undefined : write(exact)}>
      {write(shown)}
    </span>
  );
}

/** Dollars, where money changes hands. The mark says that they may stand here: nowhere else do users see any. */
export function Money({ amount }: { amount: Nanos }) {
  return (
    <span data-money className="whitespace-nowrap tabular-nums">
      {moneyText(formatUsd(amount), useLocale())}
    </span>
  );
}
