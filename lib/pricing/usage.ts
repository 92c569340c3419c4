import type { Meter, TokenKind } from "../catalog";

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
 * `images` is how many images (or clips) were asked for, where the protocol says; else the body's `n`, else 1.
 */
export type RequestFacts = {
  body: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  values?: Readonly<Record<string, readonly unknown[]>>;
  images?: number;
};

/** Of a request whose body isn't known any more. */
export const NO_FACTS: RequestFacts = { body: {}, headers: {} };
