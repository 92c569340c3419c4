import type { Micros } from "@/lib/money";

/** A price for so much of something that isn't a token. Units: credits, as decimal text. */
export type Price = { unit: string; amount: string };
/** A price of tokens. Units: credits for 1,000 and for 1,000,000 of them, as decimal text. */
export type TokenPrice = { thousand: string; million: string };

/** A model as the catalogue shows it. */
export type ModelView = {
  id: string;
  name: string;
  provider: string;
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
