import { useLocale } from "next-intl";
import { formatUsd, type Nanos } from "@/lib/money";
import { moneyText } from "./money-text";

/** Dollars, where money changes hands. The mark says that they may stand here: nowhere else do users see any. */
export function Money({ amount }: { amount: Nanos }) {
  return (
    <span data-money className="whitespace-nowrap tabular-nums">
      {moneyText(formatUsd(amount), useLocale())}
    </span>
  );
}
