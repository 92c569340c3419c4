import { useLocale } from "next-intl";
import { formatUsd, type Nanos, NANOS_PER_USD } from "@/lib/money";

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
