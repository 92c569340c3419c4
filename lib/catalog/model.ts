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

/** Whether a model can be called for that; of one without capabilities nothing is known against it. */
export const isFor = ({ capabilities }: Pick<Model, "capabilities">, capability: string): boolean =>
  capabilities.length === 0 || capabilities.includes(capability);

/** What a gateway keeps in memory. Its models have the card versions that hold now or later, no earlier ones. */
export type Catalogue = {
  readonly models: ReadonlyMap<string, ModelWithCards>;
  readonly channels: ReadonlyMap<string, Channel>;
};

/** The version in force at a time: the one that holds from the latest moment not after it; of two, the newer. */
export function cardAt(versions: readonly CardVersion[], nowMs: number): CardVersion | null {
  let found: CardVersion | null = null;
  for (const version of versions) {
    if (version.effectiveFromMs > nowMs) continue;
    const isLater =
      !found ||
      version.effectiveFromMs > found.effectiveFromMs ||
      (version.effectiveFromMs === found.effectiveFromMs && version.version > found.version);
    if (isLater) found = version;
  }
  return found;
}

/** The model of that name, or `null` where there is none or it is switched off. */
export function modelOf(catalogue: Catalogue, id: string): ModelWithCards | null {
  const model = catalogue.models.get(id);
  return model?.enabled ? model : null;
}

/** The price card of a request that arrives at that time; a model without one can't be called. */
export const priceCardAt = (model: ModelWithCards, nowMs: number): CardVersion | null => cardAt(model.prices, nowMs);

/** The cost card of a request that arrives at that time. */
export const costCardAt = (model: ModelWithCards, nowMs: number): CardVersion | null => cardAt(model.costs, nowMs);

const CHECKED_MS_MAX = 60 * 86_400_000;

/** When a cost was last compared with its supplier's list: as its card says, else when it was put in force. */
function checkedMs({ card, effectiveFromMs }: CardVersion): number | null {
  if (card.source) return Date.parse(card.source.checked);
  return effectiveFromMs > 0 ? effectiveFromMs : null;
}

/** Models that can be called whose cost was last compared with the supplier's list more than 60 days ago, the oldest first. */
export function modelsWithOldCosts({ models }: Catalogue, nowMs: number): { id: string; checkedMs: number }[] {
  return [...models.values()]
    .filter((model) => model.enabled && priceCardAt(model, nowMs) !== null)
    .flatMap((model) => {
      const cost = costCardAt(model, nowMs);
      const atMs = cost && checkedMs(cost);
      return atMs !== null && atMs < nowMs - CHECKED_MS_MAX ? [{ id: model.id, checkedMs: atMs }] : [];
    })
    .toSorted((one, other) => one.checkedMs - other.checkedMs);
}
