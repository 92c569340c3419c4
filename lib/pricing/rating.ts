import type { FieldValue, Meter, TokenKind } from "../catalog";
import type { Ratio } from "./ratio";

/**
 * What one request used, the same for every protocol.
 *
 * Units: `input_tokens` and `output_tokens` are totals that already contain their kinds (what a provider reports beside
 * a total was added to it). Quantities that may have a fraction (seconds, megapixels) are decimal text. `requests` is 1
 * where it isn't named.
 */
export type Usage = {
  meters: Partial<Record<Meter, number | string>>;
  kinds: Partial<Record<TokenKind, number>>;
};

/**
 * The parts of a request that a card's fields and table look at. Header names are lower case.
 *
 * `values` are all that may be asked of the body of a request that was too large to keep, by dotted path (`pickFields`).
 * `arrivedMs` is when the request came, for cards whose prices go by the hour; without it none of their hours applies.
 * `images` is how many images (or clips) were asked for, where the protocol says; else the body's `n`, else 1.
 */
export type RequestFacts = {
  body: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  values?: Readonly<Record<string, readonly unknown[]>>;
  arrivedMs?: number;
  images?: number;
};

/** Of a request whose body isn't known any more. */
export const NO_FACTS: RequestFacts = { body: {}, headers: {} };

/**
 * One line of a calculation. The subtotals of all lines add up to the result, exactly.
 *
 * Numbers are text: decimals where they end (`2.5`), else fractions (`1/30`). Units: `subtotal` and `amount` are credits
 * for a price and US dollars for a cost.
 */
export type RatingLine = RateLine | TableLine | FieldLine | FactorLine;
/** Lines of a charge: those of the rating, then discounts and the like, then what rounding up added. */
export type ChargeLine = RatingLine | RoundingLine;

/** `quantity × multiple × times × amount / per`. `kind` says which part of the meter it is; `minimum` fills up to a minimum. */
export type RateLine = {
  what: "rate";
  meter: Meter;
  kind: TokenKind | "minimum" | null;
  quantity: string;
  /** What a token of the kind counts. */
  multiple: string;
  /** What the tier multiplies the rate by. */
  times: string;
  amount: string;
  per: string;
  subtotal: string;
};

/** `quantity × amount` of the table's row for `match`, the values as they applied, defaults included. */
export type TableLine = {
  what: "table";
  match: Record<string, FieldValue>;
  per: "requests" | "images";
  quantity: string;
  amount: string;
  subtotal: string;
};

/** What a header or a body value added: all before it × (times − 1). */
export type FieldLine = { what: "field"; name: string; equals: FieldValue; times: string; subtotal: string };

/** What the hours of a card, a discount or another factor added: all before it × (times − 1). */
export type FactorLine = { what: "factor"; name: string; times: string; subtotal: string };

/** What rounding up to a whole `unit` added. */
export type RoundingLine = { what: "rounding"; unit: string; subtotal: string };

/** What was odd about a usage report: it named more tokens of some kinds than there were in all. */
export type RatingFlag = "kinds_capped";

/** A multiplier as it was applied. Units: `factor` is decimal text. */
export type AppliedFactor = { name: string; factor: string };

/** What a card makes of one request's usage: exact, before discounts and rounding. */
export type Rated = {
  outcome: "rated";
  total: Ratio;
  lines: RatingLine[];
  /** The card's fields that matched, in order. */
  multipliers: AppliedFactor[];
  flags: RatingFlag[];
};

/** The card has no price for what the request asks. `parameters` names the fields, for a 400 `unpriced_parameters`. */
export type Unpriced = { outcome: "unpriced"; parameters: string[] };

export type Rating = Rated | Unpriced;
