import { useLocale } from "next-intl";
import { type Decimal, divideDown, formatDecimal } from "@/lib/money";

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
