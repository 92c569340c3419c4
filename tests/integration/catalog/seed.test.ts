import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  costCardAt,
  loadCatalogue,
  priceCardAt,
  type Card,
  type Catalogue,
  type CardVersion,
  type ModelWithCards,
} from "@/lib/catalog";
import { formatCredits, formatUsd } from "@/lib/money";
import { chargeOf, costOf, markupOf, rate, ratioOf, type Usage } from "@/lib/pricing";
import { seedCatalogue } from "@/prisma/seed/seed-catalogue";
import { aCatalogue, at, priceOf, put, type CatalogueFixture } from "../../support/a-catalogue";
import { aRequest, decimalOf } from "../../support/card";

const NOW = Date.UTC(2026, 10, 25);
const DEMO = ["gpt-4", "claude-3", "llama-3", "whisper-1", "kling-v1", "kling-v2-6", "kolors", "kolors-virtual-try-on"];

let home: CatalogueFixture;
let catalogue: Catalogue;
beforeAll(async () => {
  home = await aCatalogue();
  await home.database.inTransaction((tx) => seedCatalogue(tx, at(NOW)));
  catalogue = await loadCatalogue(home.database.reader, NOW);
});
afterAll(() => home.close());

function modelNamed(id: string): ModelWithCards {
  const model = catalogue.models.get(id);
  if (!model) throw new Error(`the seed has no ${id}`);
  return model;
}

function ratedBy(version: CardVersion | null, usage: Usage["meters"], body: Record<string, unknown>) {
  const rating = version && rate(version.card, { meters: usage, kinds: {} }, aRequest(body));
  return rating?.outcome === "rated" ? rating : null;
}

/** What a request of a model is charged, and what it costs, in credits and dollars. */
function priced(
  id: string,
  usage: Usage["meters"],
  body: Record<string, unknown> = {},
): [string | null, string | null] {
  const model = modelNamed(id);
  const [price, cost] = [priceCardAt(model, NOW), costCardAt(model, NOW)];
  const [charge, bill] = [ratedBy(price, usage, body), ratedBy(cost, usage, body)];
  return [
    charge && price && formatCredits(chargeOf(charge, [], price.card.chargeUnit).chargeMicros),
    bill && formatUsd(costOf(bill, decimalOf("1")).costNanos),
  ];
}

describe("the seeded catalogue", () => {
  test("has the demo's prices and costs", () => {
    const tokens = { input_tokens: 1_000, output_tokens: 500 };
    expect(priced("gpt-4", tokens)).toEqual(["8", "0.045"]);
    expect(priced("claude-3", tokens)).toEqual(["6", "0.0375"]);
    expect(priced("llama-3", tokens)).toEqual(["2", "0.0075"]);
    expect(priced("whisper-1", { seconds: "90" })).toEqual(["3", "0.009"]);
  });

  test("has Kling's clips and images, and nothing else of them", () => {
    const clips = [{ mode: "pro" }, { duration: 10 }, { duration: "10", mode: "pro" }, { sound: "on" }];
    expect(clips.map((body) => priced("kling-v1", {}, body)[0])).toEqual(["35", "20", "70", null]);
    expect(priced("kling-v2-6", {}, { sound: "on" })[0]).toBe("50");
    expect(priced("kling-v2-6", {}, { sound: "on", duration: "10", mode: "pro" })[0]).toBe("200");
    expect(priced("kling-v2-6", {}, { sound: "off" })[0]).toBeNull();
    expect(priced("kolors", {}, { n: 4 })).toEqual(["4", "0.014"]);
    expect(priced("kolors-virtual-try-on", {})).toEqual(["5", "0.07"]);
  });

  test("has more than forty other models, each with a price and a cost, charged by the thousandth", () => {
    const others = [...catalogue.models.values()].filter(({ id }) => !DEMO.includes(id));
    expect(others.length).toBeGreaterThan(40);
    for (const model of others) {
      expect(costCardAt(model, NOW)).not.toBeNull();
      expect(priceCardAt(model, NOW)?.card.chargeUnit).toEqual({ digits: 1n, scale: 3 });
    }
  });

  test("marks every derived price up by 20% to 50% of its cost", () => {
    const markups = (price: Card, cost: Card): bigint[] =>
      price.rates.flatMap(({ amount }, index) => {
        const costed = cost.rates[index]?.amount;
        if (!costed || costed.digits === 0n) return [];
        const { num, den } = markupOf(ratioOf(amount), ratioOf(costed), decimalOf("0.01"));
        return [(num * 1_000n) / den];
      });
    const all = [...catalogue.models.values()]
      .filter(({ id }) => !DEMO.includes(id))
      .flatMap((model) => {
        const [price, cost] = [priceCardAt(model, NOW), costCardAt(model, NOW)];
        return price && cost ? markups(price.card, cost.card) : [];
      });
    expect(all.filter((markup) => markup < 200n || markup > 500n)).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
  });

  test("has dated prices as versions of one card", () => {
    const flash = modelNamed("gemini-3.7-flash");
    const inputAt = (nowMs: number) => priceCardAt(flash, nowMs)?.card.rates[0]?.amount;
    expect([NOW, Date.UTC(2027, 0, 1)].map(inputAt)).toEqual([
      { digits: 105n, scale: 0 },
      { digits: 210n, scale: 0 },
    ]);
  });

  test("has a channel without keys for each provider", () => {
    expect([...catalogue.channels.keys()]).toContain("openai");
    expect(catalogue.channels.size).toBe(14);
  });

  test("stays as it is when it is seeded again, what an admin changed included", async () => {
    await put(home, NOW, "gpt-4", { price: priceOf(6), display_name: "Mine" });
    const before = await loadCatalogue(home.database.reader, NOW);
    await home.database.inTransaction((tx) => seedCatalogue(tx, at(NOW + 1)));
    expect(await loadCatalogue(home.database.reader, NOW)).toEqual(before);
  });
});
