import type { CardVersion } from "./card";
import type { Channel, ModelWithCards } from "./model";

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
