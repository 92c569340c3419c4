import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  costCardAt,
  loadCatalogue,
  modelsWithOldCosts,
  priceCardAt,
  type Card,
  type Catalogue,
  type CardVersion,
  type ModelWithCards,
} from "@/lib/catalog";
import { formatCredits, formatUsd } from "@/lib/money";
import { chargeOf, costOf, markupOf, rate, ratioOf, type RequestFacts, type Usage } from "@/lib/pricing";
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

  test("costs what a supplier bills at its hours, on its steps and for its tiers", () => {
    const costAt = (id: string, input: number, facts: Partial<RequestFacts>): string => {
      const version = costCardAt(modelNamed(id), NOW);
      const rating =
        version && rate(version.card, { meters: { input_tokens: input }, kinds: {} }, { ...aRequest(), ...facts });
      return rating?.outcome === "rated" ? formatUsd(costOf(rating, decimalOf("1")).costNanos) : "unpriced";
    };
    const hours = ["00:59", "01:00", "03:59", "04:00", "09:59", "10:00"];
    expect(
      hours.map((hour) => costAt("deepseek-v4-pro", 1_000_000, { arrivedMs: Date.parse(`2026-12-02T${hour}Z`) })),
    ).toEqual(["0.66", "1.32", "1.32", "0.66", "1.32", "0.66"]);
    expect([199_999, 200_000].map((input) => costAt("grok-4.5", input, {}))).toEqual(["0.399998", "0.8"]);
    expect([272_000, 272_001].map((input) => costAt("gpt-5.4", input, {}))).toEqual(["0.68", "1.360005"]);
    const priority = { body: { service_tier: "priority" } };
    expect(["gpt-5.4", "gpt-5.5", "gpt-5.6-sol"].map((id) => costAt(id, 300_000, priority))).toEqual([
      "1.5",
      "3.75",
      "4.8",
    ]);
  });

  test("says of every listed cost whose list it follows and when that was read; costs of long ago are found", () => {
    const listed = [...catalogue.models.values()].filter(({ id }) => !DEMO.includes(id));
    for (const { costs } of listed) {
      for (const { card } of costs) expect(card.source).toMatchObject({ checked: expect.stringMatching(/^2026-/) });
    }
    for (const { prices } of listed) for (const { card } of prices) expect(card.source).toBeUndefined();
    const lastRead = Date.UTC(2026, 11, 1);
    const day = 86_400_000;
    const oldAt = (atMs: number): number => modelsWithOldCosts(catalogue, atMs).length;
    expect(oldAt(Date.UTC(2026, 6, 24) + 60 * day)).toBe(0);
    const unread = oldAt(lastRead + 60 * day);
    expect(unread).toBeGreaterThan(0);
    expect(unread).toBeLessThan(listed.length);
    expect(oldAt(lastRead + 60 * day + 1)).toBe(listed.length);
    expect(modelsWithOldCosts(catalogue, lastRead + 60 * day)[0]?.checkedMs).toBe(Date.UTC(2026, 6, 24));
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
