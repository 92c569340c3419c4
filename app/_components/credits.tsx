import { useLocale, useTranslations } from "next-intl";
import type { Micros } from "@/lib/money";
import { exactAmount, shownAmount } from "./amounts";

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
