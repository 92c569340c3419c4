import { describe, expect, test } from "vitest";
import { cardAt, modelOf, priceCardAt, type CardVersion, type ModelWithCards } from "@/lib/catalog";
import { aCard } from "../../support/card";

const version = (number: number, effectiveFromMs: number): CardVersion => ({
  id: BigInt(number),
  modelId: "gpt-4",
  kind: "price",
  version: number,
  effectiveFromMs,
  card: aCard(),
});
const at = (versions: CardVersion[], nowMs: number): number | null => cardAt(versions, nowMs)?.version ?? null;

describe("the card in force", () => {
  test("is the one that holds from the latest moment not after now", () => {
    const versions = [version(1, 0), version(2, 1_000), version(3, 500)];
    expect([-1, 0, 499, 500, 999, 1_000, 5_000].map((nowMs) => at(versions, nowMs))).toEqual([null, 1, 1, 3, 3, 2, 2]);
  });

  test("is the newer of two that hold from the same moment, in whatever order they come", () => {
    expect(at([version(2, 0), version(1, 0)], 0)).toBe(2);
    expect(at([version(1, 0), version(2, 0)], 0)).toBe(2);
  });

  test("is none before the first holds, so that the model can't be called yet", () => {
    const model = { id: "gpt-4", enabled: true, prices: [version(1, 1_000)], costs: [] } as unknown as ModelWithCards; // all that is looked at
    expect(priceCardAt(model, 999)).toBeNull();
    expect(priceCardAt(model, 1_000)?.version).toBe(1);
  });
});

describe("a model of the catalogue", () => {
  test("is found by its name while it is switched on", () => {
    const model = { id: "gpt-4", enabled: true } as unknown as ModelWithCards; // all that is looked at
    const off = { id: "old", enabled: false } as unknown as ModelWithCards;
    const catalogue = { models: new Map([model, off].map((each) => [each.id, each])), channels: new Map() };
    expect([modelOf(catalogue, "gpt-4"), modelOf(catalogue, "old"), modelOf(catalogue, "none")]).toEqual([
      model,
      null,
      null,
    ]);
  });
});
