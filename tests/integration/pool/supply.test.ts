import { describe, expect, test } from "vitest";
import { loadCatalogue, ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import type { Uuid } from "@/lib/ids";
import { nanos } from "@/lib/money";
import { addPoolKey, availableModels, disablePoolKey, enablePoolKey, readSupply } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import { ctx, db, usePoolDatabase } from "@/tests/support/pool";
import { putChannel } from "@/tests/support/supply";

usePoolDatabase();

async function putChat(id: string, more: object = {}): Promise<void> {
  const rates = [{ meter: "input_tokens", amount: 1 }];
  const body = ModelBody.parse({
    provider: "openai",
    upstream_model: id,
    capabilities: ["chat"],
    price: { rates },
    ...more,
  });
  await db.inTransaction((tx) => putModel(tx, ctx(), modelFromBody(id, body)));
}

async function available(providersOff: string[] = []): Promise<string[]> {
  const catalogue = await loadCatalogue(db.reader, nowMs());
  return [...availableModels(catalogue, await readSupply(db.reader), { providersOff, nowMs: nowMs() })].sort();
}

const addKey = (channelId: string, quota: bigint | null = null): Promise<{ id: Uuid }> =>
  db.inTransaction((tx) => {
    const secret = new SecretText(`sk-${channelId}-${String(quota)}-0123456789`);
    return addPoolKey(tx, ctx(), { channelId, secret, quotaNanos: quota === null ? null : nanos(quota) });
  });

describe("the models that can be served now", () => {
  test("are those with a key in use that has something left, in a protocol that the gateway speaks", async () => {
    await putChat("chat");
    await putChat("picture", { capabilities: ["image"] });
    await putChat("elsewhere", { provider: "groq" });
    expect(await available()).toEqual([]);
    const { id } = await addKey("main", 10n);
    expect(await available()).toEqual(["chat"]);
    expect(await available(["openai"])).toEqual([]);
    await db.inTransaction((tx) => disablePoolKey(tx, ctx(), { poolKeyId: id }));
    expect(await available()).toEqual([]);
    await db.inTransaction((tx) => enablePoolKey(tx, ctx(), { poolKeyId: id }));
    await db.pool.query("update pool_key set cooling_until = now() + interval '1 hour'");
    expect(await available()).toEqual(["chat"]);
    await db.pool.query("update pool_key set cost_nanos = quota_nanos");
    expect(await available()).toEqual([]);
  });

  test("are no others than a channel's own list names, and none of a channel that is switched off", async () => {
    await putChat("one");
    await putChat("two");
    await putChannel(db, "relay", { models: { two: "their-two" } });
    await addKey("relay");
    expect(await available()).toEqual(["two"]);
    await db.pool.query("update channel set enabled = false where id = 'relay'");
    expect(await available()).toEqual([]);
  });
});
