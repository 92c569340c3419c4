import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { channelFromBody, ChannelBody, findChannel, listChannels, loadCatalogue, putChannel } from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db/config-version";
import { aCatalogue, at, type CatalogueFixture } from "../../support/a-catalogue";

let home: CatalogueFixture;
beforeAll(async () => {
  home = await aCatalogue();
});
afterAll(() => home.close());

const putOne = (id: string, body: ChannelBody): Promise<void> =>
  home.database.inTransaction((tx) => putChannel(tx, at(0), channelFromBody(id, ChannelBody.parse(body))));

describe("a channel that was put", () => {
  test("comes back as it was put, its factors to the last digit", async () => {
    const models = { "gpt-4": "reseller/gpt-4" };
    const body = {
      provider: "openai",
      discount: 0.85,
      priority: 2,
      weight: 3,
      models,
      cost_factor: "0.123456789012345",
    } as const;
    await putOne("reseller", { ...body, base_url: "https://reseller.example/v1", default_quota: 1_000 });
    expect(await findChannel(home.database.reader, "reseller")).toEqual({
      id: "reseller",
      provider: "openai",
      discount: { digits: 85n, scale: 2 },
      priority: 2,
      weight: 3,
      defaultQuota: 1_000,
      baseUrl: "https://reseller.example/v1",
      models,
      costFactor: { digits: 123_456_789_012_345n, scale: 15 },
      enabled: true,
    });
  });

  test("is replaced whole when it is put again, and published to every process that caches it", async () => {
    await putOne("twice", { provider: "openai", discount: 0.5, models: { a: "b" } });
    const before = await readConfigVersion(home.database.reader);
    await putOne("twice", { provider: "groq" });
    const channel = await findChannel(home.database.reader, "twice");
    expect(channel).toMatchObject({ provider: "groq", discount: { digits: 1n, scale: 0 }, models: null });
    expect((await readConfigVersion(home.database.reader)).catalog).toBeGreaterThan(before.catalog);
  });

  test("is in the list and in the catalogue of a gateway", async () => {
    await putOne("listed", { provider: "xai" });
    const { channels } = await loadCatalogue(home.database.reader, 0);
    expect([...channels.values()]).toEqual(await listChannels(home.database.reader));
    expect(channels.get("listed")?.provider).toBe("xai");
  });

  test("of a supplier of one's own needs its address", () => {
    const parsed = ChannelBody.safeParse({ provider: "openai-compatible" });
    expect(parsed.error?.issues.map(({ path }) => path.join("."))).toEqual(["base_url"]);
  });
});
