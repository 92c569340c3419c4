import { useLocale, useTranslations } from "next-intl";
import type { Price } from "./model-view";

const SIGNIFICANT = 6;
const UNITS = ["requests", "images", "megapixels", "minute", "characters", "settings"] as const;
type Unit = (typeof UNITS)[number];
const isUnit = (text: string): text is Unit => UNITS.some((unit) => unit === text);

/** Writes prices: at most six digits that count, for reading; charges are reckoned exactly. */
export function usePriceText(): (amount: string) => string {
  const format = new Intl.NumberFormat(useLocale(), { maximumSignificantDigits: SIGNIFICANT });
  // A price is decimal text, which Intl reads digit by digit.
  return (amount) => format.format(amount as Intl.StringNumericLiteral);
}

/** A price of something that isn't a token: "2 / minute". */
export function PriceText({ price: { unit, amount } }: { price: Price }) {
  const t = useTranslations("Models.per");
  const text = usePriceText();
  return isUnit(unit)
    ? t(unit, { amount: text(amount) })
    : t("calls", { amount: text(amount), tool: unit.replace(/^calls:/, "") });
}
