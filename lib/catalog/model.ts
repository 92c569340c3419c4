import type { Decimal } from "../money";
import type { CardVersion } from "./card";

/** What one counted request of a model takes. Units: `credits` is the price of one, `weight` counts requests. */
export type CountPrice = { credits: Decimal; weight: number | null; maxTokensIn: number; maxTokensOut: number };

/** A model that callers may name. `upstreamModel` is its name at the supplier. */
export type Model = {
  id: string;
  displayName: string;
  provider: string;
  upstreamModel: string;
  capabilities: string[];
  contextTokens: number | null;
  /** Units: tokens. What a request may put out at most when it doesn't say. */
  defaultOutputCap: number;
  countPrice: CountPrice | null;
  enabled: boolean;
};

/** A model with versions of its cards, the earliest to hold first. */
export type ModelWithCards = Model & { prices: CardVersion[]; costs: CardVersion[] };

/** A source of supply: keys of one provider on the same terms. */
export type Channel = {
  id: string;
  provider: string;
  /** A factor on the charge. */
  discount: Decimal;
  /** The highest serves first. */
  priority: number;
  weight: number;
  /** Units: quota of the passthrough protocols, for models without a card; null refuses them. */
  defaultQuota: number | null;
  baseUrl: string | null;
  /** Own names: model id → name at this supplier. When set, nothing else is served. */
  models: Readonly<Record<string, string>> | null;
  /** A factor on the cost card. */
  costFactor: Decimal;
  enabled: boolean;
};
