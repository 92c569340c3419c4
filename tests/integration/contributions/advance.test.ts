import { describe, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import type { Uuid } from "@/lib/ids";
import { disablePoolKey, enablePoolKey, recordVerdict } from "@/lib/pool";
import { ADVANCE_LIMIT_TOPIC } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { refreshAdvancesJob } from "@/workers/jobs/key-jobs";
import { cr } from "@/tests/support/a-ledger";
import {
  context,
  credits,
  spendable,
  verified,
  refresh,
  pause,
  resume,
  probe,
  age,
  keyRow,
  spend,
  useAdvances,
  USD,
  HOUR_MS,
  AT_ONCE,
} from "@/tests/support/advances";
import {
  aContributor,
  aKey,
  balanceOf,
  contributeKey,
  controls,
  database,
  fold,
  serveWith,
  setSettings,
} from "@/tests/support/contributions";

useAdvances();

function quarantine(poolKeyId: Uuid): Promise<unknown> {
  const forKey = { action: "quarantine", reason: "invalid_key" } as const;
  return database.inTransaction((tx) => recordVerdict(tx, systemCtx("test", nowMs()), { poolKeyId, forKey }));
}

const switchKey = (change: typeof disablePoolKey, poolKeyId: Uuid): Promise<unknown> =>
  database.inTransaction((tx) => change(tx, systemCtx("test", nowMs()), { poolKeyId }));

describe("an advance", () => {
  test("is a tenth of the grant at once, as much more as has vested, never above what is left or the limit", async () => {
    const bo = await aContributor();
    const { poolKey } = await contributeKey(bo, aKey(50));
    expect(await spendable(bo)).toBe(749.7);
    const seen = [];
    for (const usd of [5n, 15n, 20n, 5n]) {
      await serveWith(poolKey, usd * USD);
      await fold();
      const { vestedMicros, spendableMicros } = await balanceOf(bo);
      seen.push([credits(vestedMicros), credits(spendableMicros - vestedMicros)]);
    }
    expect(seen).toEqual([
      [749.7, 749.7 * 2],
      [2_998.8, 749.7 + 2_998.8],
      [5_997.6, 1_499.4],
      [6_747.3, 749.7],
    ]);
    const rich = await aContributor();
    for (let made = 0; made < 2; made++) await contributeKey(rich);
    expect(await spendable(rich)).toBe(10_000);
    expect(await verified()).toEqual([]);
  });

  test("that was spent stays spent when its key is paused, opens no further, and vesting covers it first", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await spend(bo, 5_000);
    expect(await spendable(bo)).toBe(AT_ONCE - 5_000);
    await pause(bo, id);
    expect(await balanceOf(bo)).toMatchObject({ spendableMicros: 0n, advanceMicros: cr(5_000) });
    await resume(bo, id);
    expect(await spendable(bo)).toBe(AT_ONCE - 5_000);
    await serveWith(poolKey, 50n * USD);
    await fold();
    expect(await balanceOf(bo)).toMatchObject({ advanceMicros: 0n, vestedMicros: cr(2_499.7) });
    expect(await verified()).toEqual([]);
  });

  test("opens on live keys alone: not on a paused one, nor beyond the others' part", async () => {
    const bo = await aContributor();
    const [first] = [await contributeKey(bo, aKey(30)), await contributeKey(bo, aKey(60))];
    expect(await spendable(bo)).toBe(450 + 900);
    await pause(bo, first.id);
    expect(await spendable(bo)).toBe(900);
  });

  test.each([
    ["quarantined", (poolKeyId: Uuid) => quarantine(poolKeyId)],
    ["disabled by an operator", (poolKeyId: Uuid) => switchKey(disablePoolKey, poolKeyId)],
    ["without a sign of life for a day", (poolKeyId: Uuid) => age(poolKeyId, 25)],
  ])("closes by itself on a key that is %s, and opens again once it passes a probe", async (_, end) => {
    const bo = await aContributor();
    const { poolKey } = await contributeKey(bo);
    await end(poolKey);
    await refresh();
    expect(await spendable(bo)).toBe(0);
    if ((await keyRow(poolKey)).state === "disabled") await switchKey(enablePoolKey, poolKey);
    await database.pool.query("update pool_key set cooling_until = now() - interval '1 second' where id = $1", [
      poolKey,
    ]);
    await probe(poolKey, 0);
    await refresh();
    expect(await spendable(bo)).toBe(AT_ONCE);
  });

  test("stays open for a day on a key that serves or passes a probe, and while its provider fails", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { poolKey } = await contributeKey(bo, key);
    await age(poolKey, 23);
    await refresh();
    expect(await spendable(bo)).toBe(AT_ONCE);
    await age(poolKey, 25);
    await serveWith(poolKey, 5n * USD);
    await fold();
    expect(await spendable(bo)).toBe(AT_ONCE + 2 * 749.97);
    await controls().next({ on: "models", key, error: "server_error" });
    await controls().next({ on: "chat", key, error: "server_error" });
    await probe(poolKey);
    await refresh();
    expect(await spendable(bo)).toBe(AT_ONCE + 2 * 749.97);
    // What said nothing is asked again long before the next eight hours are over.
    expect((await keyRow(poolKey)).probe_at.getTime() - nowMs()).toBeLessThan(HOUR_MS);
  });

  test("follows its settings, in a job after their change, and their bounds are 0 and 1", async () => {
    const bo = await aContributor();
    await contributeKey(bo);
    const change = async (patch: Record<string, unknown>): Promise<number> => {
      await setSettings(patch);
      const { rows } = await database.pool.query<{ id: bigint }>("select id from outbox where topic = $1", [
        ADVANCE_LIMIT_TOPIC,
      ]);
      for (const { id } of rows) {
        await refreshAdvancesJob(context(), { topic: ADVANCE_LIMIT_TOPIC, payload: {}, outboxId: id });
      }
      return spendable(bo);
    };
    expect(await change({ advance_at_once: 0 })).toBe(0);
    expect(await change({ advance_at_once: 1 })).toBe(10_000);
    expect(await change({ advance_limit: 1_000_000 })).toBe(74_997);
    expect(await change({ advance_at_once: null, advance_limit: null })).toBe(AT_ONCE);
    for (const wrong of [-0.1, 1.000001, "0.1"]) {
      await expect(setSettings({ advance_at_once: wrong })).rejects.toMatchObject({ code: "validation_failed" });
    }
  });
});
