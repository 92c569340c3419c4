import type { FieldValue, Meter, TokenKind } from "../catalog";

/**
 * One line of a calculation. The subtotals of all lines add up to the result, exactly.
 *
 * Numbers are text: decimals where they end (`2.5`), else fractions (`1/30`). Units: `subtotal` and `amount` are credits
 * for a price and US dollars for a cost.
 */
export type RatingLine = RateLine | TableLine | FieldLine;
/** Lines of a charge: those of the rating, then discounts and the like, then what rounding up added. */
export type ChargeLine = RatingLine | FactorLine | RoundingLine;

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

/** What a discount or another factor added: all before it × (times − 1). */
export type FactorLine = { what: "factor"; name: string; times: string; subtotal: string };

/** What rounding up to a whole `unit` added. */
export type RoundingLine = { what: "rounding"; unit: string; subtotal: string };
