import type { Card, CardRate } from "@/lib/catalog";
import { type Decimal, divideHalfUp, formatDecimal, type Micros } from "@/lib/money";
import { useLocale, useTranslations } from "next-intl";

/** A price for so much of something that isn't a token. Units: credits, as decimal text. */
export type Price = { unit: string; amount: string };
/** A price of tokens. Units: credits for 1,000 and for 1,000,000 of them, as decimal text. */
export type TokenPrice = { thousand: string; million: string };

/** A model as the catalogue shows it. */
export type ModelView = {
  id: string;
  name: string;
  provider: string;
  /** Whether it can be served now. */
  isAvailable: boolean;
  capabilities: string[];
  contextTokens: number | null;
  input: TokenPrice | null;
  output: TokenPrice | null;
  others: Price[];
  /** What an ordinary request costs; `null` where that can't be said. */
  exampleMicros: Micros | null;
  /** When its price changes next. */
  changesMs: number | null;
};

/** Where a model's page is; ids may hold slashes, which divide the path. */
export const modelHref = (id: string): string => `/models/${id.split("/").map(encodeURIComponent).join("/")}`;

const PLACES = 9;

/**
 * What so much of a meter costs, as decimal text.
 *
 * Rounding: half up to nine places, for showing only; charges are rated exactly.
 */
export function priceOf(rate: CardRate, quantity: bigint): string {
  const dividend = rate.amount.digits * quantity * 10n ** BigInt(rate.per.scale + PLACES);
  const divisor = rate.per.digits * 10n ** BigInt(rate.amount.scale);
  return formatDecimal(divideHalfUp(dividend, divisor), PLACES);
}

/** The rate of a meter, where the card has one. */
export const rateOf = (card: Card, meter: CardRate["meter"]): CardRate | undefined =>
  card.rates.find((rate) => rate.meter === meter);

/** The least price of a card's table, or `null` where it has none. */
export function leastOfTable(card: Card): string | null {
  const amounts = card.table?.rows.map(({ amount }) => amount) ?? [];
  const [first, ...others] = amounts;
  if (!first) return null;
  const least = others.reduce((low, amount) => (isLess(amount, low) ? amount : low), first);
  return formatDecimal(least.digits, least.scale);
}

const isLess = (one: Decimal, other: Decimal): boolean =>
  one.digits * 10n ** BigInt(other.scale) < other.digits * 10n ** BigInt(one.scale);

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

/** Names suppliers as people know them; one that nobody gave a name is called by its id. */
export function useProviderName(): (id: string) => string {
  const t = useTranslations("Providers");
  return (id) => {
    const key = id as Parameters<typeof t>[0]; // `has` says whether it is one
    return t.has(key) ? t(key) : id;
  };
}
