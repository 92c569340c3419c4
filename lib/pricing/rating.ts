import type { RatingLine } from "./line";
import type { Ratio } from "./ratio";

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
