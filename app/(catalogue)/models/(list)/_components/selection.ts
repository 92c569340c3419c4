import { parseAsString, parseAsStringLiteral } from "nuqs";
import type { ModelView } from "@/app/_components/model-view";

export const ALL = "";
export const SORTS = ["listed", "name", "cheap", "dear", "context"] as const;
export type Sort = (typeof SORTS)[number];
export const UNITS = ["1k", "1m"] as const;
export type Unit = (typeof UNITS)[number];

/** What of the catalogue is shown, as the page's address keeps it. */
export const PARSERS = {
  q: parseAsString.withDefault(ALL),
  provider: parseAsString.withDefault(ALL),
  capability: parseAsString.withDefault(ALL),
  sort: parseAsStringLiteral(SORTS).withDefault("listed"),
  per: parseAsStringLiteral(UNITS).withDefault("1k"),
};
export type Selection = { q: string; provider: string; capability: string; sort: Sort; per: Unit };

const hasWords = ({ id, name, provider }: ModelView, words: string[]): boolean => {
  const text = `${id} ${name} ${provider}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** Cheapest first by what an ordinary request costs; those without such a price last. */
function byPrice(one: ModelView, other: ModelView): number {
  if (one.exampleMicros === other.exampleMicros) return 0;
  if (one.exampleMicros === null) return 1;
  if (other.exampleMicros === null) return -1;
  return one.exampleMicros < other.exampleMicros ? -1 : 1;
}

const COMPARE: Record<Exclude<Sort, "listed">, (one: ModelView, other: ModelView) => number> = {
  name: (one, other) => one.name.localeCompare(other.name),
  cheap: byPrice,
  dear: (one, other) => {
    const isPriced = one.exampleMicros !== null && other.exampleMicros !== null;
    return isPriced ? byPrice(other, one) : byPrice(one, other);
  },
  context: (one, other) => (other.contextTokens ?? 0) - (one.contextTokens ?? 0),
};

/** The models that a selection leaves, in its order. */
export function select(models: ModelView[], { q, provider, capability, sort }: Selection): ModelView[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const left = models.filter(
    (model) =>
      hasWords(model, words) &&
      (provider === ALL || model.provider === provider) &&
      (capability === ALL || model.capabilities.includes(capability)),
  );
  return sort === "listed" ? left : left.toSorted(COMPARE[sort]);
}

/** How many models have each value, the most frequent first. */
export function countBy(models: ModelView[], valuesOf: (model: ModelView) => string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of models.flatMap(valuesOf)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([a, one], [b, other]) => other - one || a.localeCompare(b));
}
