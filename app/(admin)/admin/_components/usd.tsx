import { type Decimal, divideDown, formatDecimal, formatUsd, type Nanos, NANOS_PER_USD } from "@/lib/money";
import { useLocale } from "next-intl";

const PLACES = { coarse: 2, fine: 6, exact: 9 } as const;

function usdText(amount: Nanos, locale: string, places: number): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: places,
    roundingMode: "trunc",
  });
  // Decimal text, which Intl reads digit by digit.
  return format.format(formatUsd(amount) as Intl.StringNumericLiteral).replace("-", "−");
}

/** Dollars for admins: cents for larger amounts, six places below a dollar, every place on hover. */
export function Usd({ amount }: { amount: Nanos }) {
  const locale = useLocale();
  const isSmall = amount < NANOS_PER_USD && amount > -NANOS_PER_USD;
  const shown = usdText(amount, locale, isSmall ? PLACES.fine : PLACES.coarse);
  const exact = usdText(amount, locale, PLACES.exact);
  return (
    <span
      data-money
      data-hint={shown === exact ? undefined : exact}
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
