import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  cardAt,
  findCards,
  findModel,
  listModels,
  loadCatalogue,
  modelOf,
  parseCard,
  priceCardAt,
  publishCard,
  writeCard,
} from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db/config-version";
import { toIso } from "@/lib/time";
import { aCatalogue, at, priceOf, put, type CatalogueFixture } from "../../support/a-catalogue";

const NOW = Date.UTC(2026, 10, 25);
const HOUR = 3_600_000;

let home: CatalogueFixture;
beforeAll(async () => {
  home = await aCatalogue();
});
afterAll(() => home.close());

describe("a model that was put", () => {
  test("comes back as it was put, its cards to the last digit", async () => {
    const body = {
      display_name: "Tiny",
      capabilities: ["chat", "tools"],
      context_tokens: 128_000,
      default_output_cap: 400,
      count_price: { credits: "0.3", weight: 3, max_tokens_in: 4_000, max_tokens_out: 1_000 },
      price: priceOf("0.00007"),
      cost: priceOf("0.0000005"),
    };
    const saved = await put(home, NOW, "vendor/tiny", body);
    expect(saved).toMatchObject({
      id: "vendor/tiny",
      displayName: "Tiny",
      upstreamModel: "vendor/tiny",
      capabilities: ["chat", "tools"],
      contextTokens: 128_000,
      defaultOutputCap: 400,
      countPrice: { credits: { digits: 3n, scale: 1 }, weight: 3, maxTokensIn: 4_000, maxTokensOut: 1_000 },
      enabled: true,
    });
    const [price, cost] = [saved.prices[0], saved.costs[0]];
    expect([price, cost].map((version) => version && writeCard(version.card))).toEqual([
      writeCard(parseCard(body.price)),
      writeCard(parseCard(body.cost)),
    ]);
    expect(await findModel(home.database.reader, "vendor/tiny")).toEqual(saved);
  });

  test("keeps a card that is left out, and takes its defaults for the rest that is", async () => {
    await put(home, NOW, "kept", { price: priceOf(5), context_tokens: 8_000, enabled: false });
    const saved = await put(home, NOW + 1, "kept", { upstream_model: "other" });
    expect(saved).toMatchObject({ displayName: "kept", upstreamModel: "other", contextTokens: null, enabled: true });
    expect(saved.prices).toHaveLength(1);
  });

  test("without a price card can't be called", async () => {
    await put(home, NOW, "unpriced", { cost: priceOf("0.01") });
    const model = modelOf(await loadCatalogue(home.database.reader, NOW), "unpriced");
    expect(model && priceCardAt(model, NOW)).toBeNull();
  });

  test("is published to every process that caches the catalogue, with the same commit", async () => {
    const before = await readConfigVersion(home.database.reader);
    await put(home, NOW, "told", { price: priceOf(1) });
    const after = await readConfigVersion(home.database.reader);
    expect(after.catalog).toBeGreaterThan(before.catalog);
    expect({ ...after, catalog: 0n }).toEqual({ ...before, catalog: 0n });
  });
});

describe("a card", () => {
  test("becomes a new version only where it differs, in whatever form it was written", async () => {
    await put(home, NOW, "same", { price: priceOf(5) });
    await put(home, NOW + 1, "same", { price: priceOf("5.00") });
    const saved = await put(home, NOW + 2, "same", { price: priceOf(6) });
    expect(saved.prices.map(({ version, effectiveFromMs }) => [version, effectiveFromMs - NOW])).toEqual([
      [1, 0],
      [2, 2],
    ]);
  });

  test("may be announced, and holds from its time on; until then the earlier one does", async () => {
    await put(home, NOW, "announced", { price: priceOf(5) });
    await put(home, NOW, "announced", { price: priceOf(8), effective_from: toIso(NOW + HOUR) });
    const model = modelOf(await loadCatalogue(home.database.reader, NOW), "announced");
    const versionAt = (nowMs: number): number | undefined => (model ? priceCardAt(model, nowMs)?.version : undefined);
    expect([NOW, NOW + HOUR - 1, NOW + HOUR].map(versionAt)).toEqual([1, 1, 2]);
  });

  test("dated before the one in force takes over at once, and the past keeps its own", async () => {
    await put(home, NOW, "backdated", { price: priceOf(5) });
    const { prices } = await put(home, NOW + HOUR, "backdated", { price: priceOf(6), effective_from: toIso(0) });
    expect(cardAt(prices, NOW - 1)).toBeNull();
    expect(cardAt(prices, NOW + HOUR)?.version).toBe(2);
  });

  test("that is published again after another came between is a new version", async () => {
    for (const [after, credits] of [5, 6, 5].entries())
      await put(home, NOW + after, "back", { price: priceOf(credits) });
    expect((await findModel(home.database.reader, "back"))?.prices).toHaveLength(3);
  });

  test("is stored as its canonical text with that text's hash, and found by its id", async () => {
    const saved = await put(home, NOW, "hashed", { price: priceOf("0.50") });
    const id = saved.prices[0]?.id ?? 0n;
    const { rows } = await home.database.pool.query<{ body: string; sha256: Buffer }>(
      "select body, sha256 from card where id = $1",
      [id],
    );
    expect(rows[0]?.body).toBe(writeCard(parseCard(priceOf(0.5))));
    expect(rows[0]?.sha256).toEqual(
      createHash("sha256")
        .update(rows[0]?.body ?? "")
        .digest(),
    );
    expect((await findCards(home.database.reader, [id])).get(id)).toEqual(saved.prices[0]);
  });

  test("is published one at a time: of five admins at once each gets a version of their own", async () => {
    await put(home, NOW, "contended", { price: priceOf(1) });
    await Promise.all(
      Array.from({ length: 5 }, (_, each) => put(home, NOW + each, "contended", { price: priceOf(each + 2) })),
    );
    const versions = (await findModel(home.database.reader, "contended"))?.prices.map(({ version }) => version) ?? [];
    expect(new Set(versions).size).toBe(versions.length);
    expect(Math.max(...versions)).toBe(versions.length);
  });

  test("of a model that doesn't exist is refused", async () => {
    const input = { modelId: "none", kind: "price", card: parseCard(priceOf(1)) } as const;
    const publishing = home.database.inTransaction((tx) => publishCard(tx, at(NOW), input));
    await expect(publishing).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("the catalogue in memory", () => {
  test("has the versions that hold now or later and none that are over", async () => {
    for (const [hours, credits] of [1, 2, 3].entries()) {
      await put(home, NOW, "current", { price: priceOf(credits), effective_from: toIso(NOW + hours * HOUR) });
    }
    const { models } = await loadCatalogue(home.database.reader, NOW + HOUR);
    expect(models.get("current")?.prices.map(({ version }) => version)).toEqual([2, 3]);
  });

  test("is listed in pages by name", async () => {
    const first = await listModels(home.database.reader, { limit: 3 });
    const second = await listModels(home.database.reader, { after: first[2]?.id, limit: 3 });
    const names = [...first, ...second].map(({ id }) => id);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(6);
  });
});
