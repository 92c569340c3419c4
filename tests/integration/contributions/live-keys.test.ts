import { describe, expect, test } from "vitest";
import { nowMs } from "@/lib/time";
import { closeDeadKeyJob, probePoolKeysLoop } from "@/workers/jobs/key-jobs";
import { cr } from "@/tests/support/a-ledger";
import {
  AT_ONCE,
  context,
  HOUR_MS,
  keyRow,
  pause,
  probe,
  resume,
  spend,
  spendable,
  USD,
  useAdvances,
  verified,
} from "@/tests/support/advances";
import {
  aContributor,
  aKey,
  balanceOf,
  contributeKey,
  controls,
  database,
  fold,
  readOne,
  serveWith,
} from "@/tests/support/contributions";

useAdvances();

/** What the jobs do about keys that died. */
async function endDeadKeys(): Promise<void> {
  const { rows } = await database.pool.query<{ id: bigint; payload: Record<string, string> }>(
    "select id, payload from outbox where topic = 'pool_key_died' order by id",
  );
  for (const { id, payload } of rows) {
    await closeDeadKeyJob(context(), { topic: "pool_key_died", payload, outboxId: id });
  }
}

describe("a key that an advance rests on", () => {
  test("is probed every eight hours, paused too, and what that costs is booked on it", async () => {
    for (const isPaused of [false, true]) {
      const [bo, key] = [await aContributor(), aKey()];
      const { id, poolKey } = await contributeKey(bo, key);
      const billed = async (): Promise<number> =>
        (await controls().log({ key })).reduce((sum, { usd }) => sum + usd, 0);
      const before = await billed();
      if (isPaused) await pause(bo, id);
      const dueMs = (await keyRow(poolKey)).probe_at.getTime() - nowMs();
      expect(Math.abs(dueMs - 8 * HOUR_MS)).toBeLessThan(HOUR_MS);
      await probePoolKeysLoop(context()).runOnce();
      expect(await billed()).toBe(before);
      await probe(poolKey);
      const cost = Math.round(((await billed()) - before) * 1e9);
      expect(cost).toBeGreaterThan(0);
      const row = await keyRow(poolKey);
      expect(row).toMatchObject({ state: isPaused ? "paused" : "active", cost: BigInt(cost), failures: 0 });
      expect(row.probe_at.getTime()).toBeGreaterThan(nowMs() + 7 * HOUR_MS);
      expect((await readOne(bo, id)).body).toMatchObject({ requests_served: 0, vested_credits: 0 });
    }
    expect(await verified()).toEqual([]);
  });

  test("is used up by its probes as by requests: what has vested and what went back are all of the grant", async () => {
    const [bo, key] = [await aContributor(), aKey(3)];
    const { id, poolKey } = await contributeKey(bo, key);
    await serveWith(poolKey, 3n * USD - 1n);
    await fold();
    await controls().key(key, { quota_usd: 4 });
    await probe(poolKey);
    expect(await keyRow(poolKey)).toMatchObject({ state: "depleted", reason: "quota_used" });
    expect((await readOne(bo, id)).body).toMatchObject({ requests_served: 1, remaining_credits: 0 });
    expect(await verified()).toEqual([]);
  });

  test("was paused and is revoked: after four probes what hasn't vested is clawed back, what was spent too, as a debt", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await spend(bo, 5_000);
    await pause(bo, id);
    await controls().key(key, { revoked: true });
    for (let probes = 1; probes <= 3; probes++) {
      await probe(poolKey, 0);
      expect(await keyRow(poolKey)).toMatchObject({ state: "paused", failures: probes, alive_at: null });
    }
    await probe(poolKey, 0);
    await endDeadKeys();
    expect((await readOne(bo, id)).body).toMatchObject({ state: "revoked", reason: "invalid_key" });
    expect(await balanceOf(bo)).toMatchObject({ unvestedMicros: 0n, spendableMicros: 0n, debtMicros: cr(5_000) });
    expect(await verified()).toEqual([]);
  });

  test("was paused and is drained: clawed back after two probes, though it still lists models", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await pause(bo, id);
    await controls().key(key, { quota_usd: 0 });
    await probe(poolKey, 0);
    expect(await keyRow(poolKey)).toMatchObject({ state: "paused", failures: 1 });
    await probe(poolKey, 0);
    await endDeadKeys();
    expect((await readOne(bo, id)).body).toMatchObject({ state: "revoked", reason: "drained" });
    expect(await balanceOf(bo)).toMatchObject({ unvestedMicros: 0n, debtMicros: 0n });
  });

  test("that was resumed while it was suspected opens nothing until it passes a probe, which comes at once", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await pause(bo, id);
    await controls().key(key, { revoked: true });
    await probe(poolKey, 0);
    await resume(bo, id);
    expect(await spendable(bo)).toBe(0);
    await controls().key(key, { revoked: false });
    await probePoolKeysLoop(context()).runOnce();
    expect(await spendable(bo)).toBe(AT_ONCE);
  });

  test("stays paused where it passes, and an owner's pause during the probe isn't undone", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await controls().next({ on: "chat", key, delay_ms: 600_000 });
    const probed = probe(poolKey);
    const asked = (await controls().log({ key })).length;
    expect(asked).toBeGreaterThan(0);
    await pause(bo, id);
    await controls().resume();
    await probed;
    expect((await readOne(bo, id)).body["state"]).toBe("paused");
    expect(await spendable(bo)).toBe(0);
  });

  test("isn't probed where it proves nothing, since nothing can be spent on it", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    await controls().key(key, { billing: false });
    const { poolKey } = await contributeKey(bo, key, { declared_usd: 300 });
    expect(await keyRow(poolKey)).toMatchObject({ probe_at: null });
    expect(await spendable(bo)).toBe(0);
  });
});
