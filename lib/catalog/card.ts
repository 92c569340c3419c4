import type { Decimal } from "../money";

/** What a request can be counted in. `calls:<tool>` counts calls of a paid tool. */
export type Meter =
  | "requests"
  | "input_tokens"
  | "output_tokens"
  | "seconds"
  | "megapixels"
  | "images"
  | "characters"
  | `calls:${string}`;

/** Kinds of tokens within a total that a card may price apart, in the order in which they are made disjoint. */
export const INPUT_KINDS = [
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "cache",
  "input_audio",
  "input_image",
] as const;
export const OUTPUT_KINDS = ["output_audio", "output_image", "reasoning"] as const;
export type TokenKind = (typeof INPUT_KINDS)[number] | (typeof OUTPUT_KINDS)[number];

/** `amount` for every `per` of the meter, at least for `min` of it. */
export type CardRate = { meter: Meter; per: Decimal; amount: Decimal; min?: Decimal };
/** A factor on the whole when a header or a body value (dotted path) equals something. */
export type CardField = { in: "header" | "body"; name: string; equals: string | number | boolean; times: Decimal };
/** Prices by request fields; the whole base when a card has one. */
export type CardTable = {
  defaults: Record<string, string | number | boolean>;
  per: "requests" | "images";
  rows: { match: Record<string, string | number | boolean>; amount: Decimal }[];
  else?: "rates";
};
/** Above so much of the raw meter, the named rates of the whole request are multiplied. */
export type CardTier = { meter: Meter; above: Decimal; times: Partial<Record<Meter, Decimal>> };

/** How usage becomes an amount. Units: credits for a price card, US dollars for a cost card. */
export type Card = {
  rates: CardRate[];
  multiples: Partial<Record<TokenKind, Decimal>>;
  fields: CardField[];
  table?: CardTable;
  tiers: CardTier[];
  /** Charges are whole multiples of it. Units: credits. */
  chargeUnit: Decimal;
};

/** A published, immutable version of a card. */
export type CardVersion = {
  id: bigint;
  modelId: string;
  kind: "price" | "cost";
  version: number;
  effectiveFromMs: number;
  card: Card;
};
