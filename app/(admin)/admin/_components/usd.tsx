import {
  type Decimal,
  divideDown,
  divideHalfEven,
  formatDecimal,
  formatUsd,
  nanos,
  type Nanos,
  NANOS_PER_USD,
} from "@/lib/money";
import { useLocale } from "next-intl";

const EXACT_PLACES = 9;

/** How many decimals a column of dollars has: two, four where all of it is below a dollar. */
export const placesOf = (amounts: readonly Nanos[]): 2 | 4 =>
  amounts.every((amount) => amount < NANOS_PER_USD && amount > -NANOS_PER_USD) &&
  amounts.some((amount) => amount !== 0n)
    ? 4
    : 2;

/** An amount as it is shown with so many decimals. Rounding: half to even. */
export function roundedUsd(amount: Nanos, places: number): Nanos {
  const unit = 10n ** BigInt(EXACT_PLACES - places);
  return nanos(divideHalfEven(amount, unit) * unit);
}

function usdText(amount: Nanos, locale: string, places: { min: number; max: number }): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: places.min,
    maximumFractionDigits: places.max,
  });
  // Decimal text, which Intl reads digit by digit.
  return format.format(formatUsd(amount) as Intl.StringNumericLiteral).replace("-", "−");
}

/** Dollars for admins: rounded to the column's decimals, or to its own where it stands alone; every place on hover. */
export function Usd({ amount, places = placesOf([amount]) }: { amount: Nanos; places?: number }) {
  const locale = useLocale();
  const rounded = roundedUsd(amount, places);
  const shown = usdText(rounded, locale, { min: places, max: places });
  const exact = usdText(amount, locale, { min: 2, max: EXACT_PLACES });
  return (
    <span
      data-money
      data-hint={rounded === amount ? undefined : exact}
      className={`whitespace-nowrap tabular-nums ${amount < 0n ? "text-danger" : ""}`}
    >
      {shown}
    </span>
  );
}

/** Profit over revenue in whole percents, rounded down, with its places on hover; a dash where nothing came in. */
export function Margin({ margin }: { margin: Decimal | null }) {
  const locale = useLocale();
  if (!margin) return <span className="text-ink-3">–</span>;
  const whole = divideDown(margin.digits * 100n, 10n ** BigInt(margin.scale));
  const text = new Intl.NumberFormat(locale, { style: "percent" }).format(
    formatDecimal(whole, 2) as Intl.StringNumericLiteral,
  );
  return (
    <span
      data-hint={formatDecimal(margin.digits, margin.scale).replace("-", "−")}
      className={`tabular-nums ${margin.digits < 0n ? "text-danger" : ""}`}
    >
      {text.replace("-", "−")}
    </span>
  );
}
