import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import type { Uuid } from "@/lib/ids";
import {
  addPoolKey,
  type KeyToProbe,
  type PoolKeyState,
  PROBE_TOPIC,
  recordVerdict,
  revalidatePoolKey,
} from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText, vault } from "@/lib/vault";
import { probeKey, type ProbeSettings } from "@/workers/jobs/probe-key";
import { probePoolKeyJob, probePoolKeysLoop } from "@/workers/jobs/key-jobs";
import { aListener, PRIVATE_HOSTS } from "@/tests/support/a-listener";
import { aLog } from "@/tests/support/log";
import { aSandbox } from "@/tests/support/sandbox";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

const sandbox = aSandbox();
const listener = aListener();
const KEY = "sk-sandbox-openai-500usd";
let home: SuppliedLedger;
let told = aLog();
beforeAll(async () => {
  home = await aSuppliedLedger();
  await home.database.pool.query(
    "insert into model (id, display_name, provider, upstream_model, capabilities) values ('gpt-4o-mini', 'Mini', 'openai', 'gpt-4o-mini', '{chat}')",
  );
});
beforeEach(async () => {
  told = aLog();
  await home.database.pool.query("delete from pool_key");
});
afterAll(() => home.close());

const baseUrls = () => new Map([["openai", `${sandbox.url()}/openai/v1`]]);
const settings = (): ProbeSettings => ({
  baseUrls: baseUrls(),
  privateUpstreams: false,
  modelFor: () => ({ id: "gpt-4o-mini", upstreamModel: "gpt-4o-mini" }),
});
const key = (secret: string, state: PoolKeyState = "quarantined"): KeyToProbe => ({
  id: "01930000-0000-7000-8000-000000000001" as Uuid,
  provider: "openai",
  baseUrl: null,
  models: null,
  secret: new SecretText(secret),
  state,
  isUnderAdvance: false,
  costFactor: { digits: 1n, scale: 0 },
});

describe("a look at a key", () => {
  test("never goes into a private network by a channel's own address, unless that is allowed", async () => {
    const { port } = new URL(sandbox.url());
    for (const host of ["localhost", "127.0.0.1"]) {
      const inside = { ...key(KEY), baseUrl: `http://${host}:${port}/openai/v1` };
      expect(await probeKey(inside, settings())).toMatchObject({ outcome: "unknown" });
      expect(await probeKey(inside, { ...settings(), privateUpstreams: true })).toEqual({ outcome: "valid" });
    }
  });

  test.each(PRIVATE_HOSTS)("makes no connection into a private network: %s", async (host) => {
    const inside = { ...key(KEY), baseUrl: `http://${host}:${listener.port()}/v1` };
    expect(await probeKey(inside, settings())).toMatchObject({ outcome: "unknown" });
    expect(listener.connections()).toBe(0);
  });

  test("finds a good one valid without paying, and an unknown or revoked one invalid", async () => {
    expect(await probeKey(key(KEY), settings())).toEqual({ outcome: "valid" });
    expect((await sandbox.controls().log()).reduce((sum, { usd }) => sum + usd, 0)).toBe(0);
    await sandbox.controls().key(KEY, { revoked: true });
    expect(await probeKey(key(KEY), settings())).toMatchObject({ outcome: "invalid" });
    expect(await probeKey(key("sk-nobody"), settings())).toMatchObject({ outcome: "invalid" });
  });

  test("asks the smallest paid request of one that had no money, and finds it still so, or paid up", async () => {
    await sandbox.controls().key(KEY, { quota_usd: 0 });
    expect(await probeKey(key(KEY, "depleted"), settings())).toMatchObject({ outcome: "no_money" });
    await sandbox.controls().key(KEY, { quota_usd: 10 });
    expect(await probeKey(key(KEY, "depleted"), settings())).toMatchObject({ outcome: "valid" });
  });

  test("says nothing of the key where the provider fails, can't be reached, or has no address", async () => {
    await sandbox.controls().next({ on: "models", status: 500 });
    expect(await probeKey(key(KEY), { ...settings(), modelFor: () => null })).toMatchObject({ outcome: "unknown" });
    const nowhere = { ...settings(), baseUrls: new Map([["openai", "http://127.0.0.1:9/v1"]]) };
    expect(await probeKey(key("sk-canary-secret"), nowhere)).toEqual({ outcome: "unknown", reason: "unreachable" });
    expect(await probeKey({ ...key(KEY), provider: "openai-compatible" }, settings())).toEqual({
      outcome: "unknown",
      reason: "no_address",
    });
  });
});

describe("keys that were taken out", () => {
  const context = () => ({ database: home.database, log: told.log, vault: vault(), providerBaseUrls: baseUrls() });
  const add = async (secret: string): Promise<Uuid> => {
    const input = { channelId: "openai", secret: new SecretText(secret), quotaNanos: null };
    return (await home.database.inTransaction((tx) => addPoolKey(tx, systemCtx("test", nowMs()), input))).id;
  };
  const quarantine = (poolKeyId: Uuid, atMs: number) =>
    home.database.inTransaction((tx) =>
      recordVerdict(tx, systemCtx("test", atMs), {
        poolKeyId,
        forKey: { action: "quarantine", reason: "invalid_key" },
      }),
    );

  test("are looked at when they are due, not sooner: a good one serves again, a bad one waits on", async () => {
    const [good, bad, early] = [
      await add(KEY),
      await add("sk-sandbox-openai-1usd"),
      await add("sk-sandbox-openai-2usd"),
    ];
    await sandbox.controls().key("sk-sandbox-openai-1usd", { revoked: true });
    // Apart in time, so that they aren't the provider's fault.
    await quarantine(good, nowMs() - 3_600_000);
    await quarantine(bad, nowMs() - 1_800_000);
    await quarantine(early, nowMs());
    await probePoolKeysLoop(context()).runOnce();
    const states = await Promise.all([good, bad, early].map(async (id) => (await home.keyRow(id)).state));
    expect(states).toEqual(["active", "quarantined", "quarantined"]);
    expect(told.lines.map(({ found, state }) => [found, state])).toEqual([
      ["valid", "active"],
      ["invalid", "quarantined"],
    ]);
  });

  test("raise an alert when they turn out dead", async () => {
    const id = await add("sk-sandbox-openai-1usd");
    await sandbox.controls().key("sk-sandbox-openai-1usd", { revoked: true });
    await quarantine(id, nowMs() - 3_600_000);
    await home.database.pool.query("update pool_key set failures = 3");
    await probePoolKeysLoop(context()).runOnce();
    expect(await home.keyRow(id)).toMatchObject({ state: "disabled" });
    expect(told.lines.find(({ alert }) => alert === "pool_key_died")).toMatchObject({
      poolKey: id,
      provider: "openai",
    });
  });

  test("one that an operator asks about is looked at once, however often the job is delivered", async () => {
    const id = await add(KEY);
    await home.database.inTransaction((tx) => revalidatePoolKey(tx, systemCtx("test", nowMs()), { poolKeyId: id }));
    const { rows } = await home.database.pool.query<{ id: bigint }>("select id from outbox");
    const outboxId = rows[0]?.id ?? null;
    const job = { topic: PROBE_TOPIC, payload: { pool_key: id }, outboxId };
    for (let i = 0; i < 3; i++) await probePoolKeyJob(context(), job);
    expect(await sandbox.controls().log()).toHaveLength(1);
    const { rows: checked } = await home.database.pool.query<{ checked: boolean }>(
      "select checked_at is not null as checked from pool_key",
    );
    expect(checked).toEqual([{ checked: true }]);
    const noKey = { ...job, payload: { pool_key: "01930000-0000-7000-8000-000000000001" }, outboxId };
    await expect(probePoolKeyJob(context(), noKey)).resolves.toBeUndefined();
  });

  test("leave no secret in the log", async () => {
    const secret = "sk-sandbox-openai-7usd";
    await quarantine(await add(secret), nowMs() - 3_600_000);
    await probePoolKeysLoop(context()).runOnce();
    expect(told.lines).toHaveLength(1);
    expect(JSON.stringify(told.lines)).not.toContain(secret);
  });
});
