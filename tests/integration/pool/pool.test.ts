import { describe, expect, test } from "vitest";
import { nowMs } from "@/lib/time";
import { nanos } from "@/lib/money";
import { enablePoolKey, type Pool, recordProbe, recordVerdict } from "@/lib/pool";
import { addKey, answer, chosenId, ctx, db, openPool, request, usePoolDatabase, view } from "@/tests/support/pool";
import { putChannel } from "@/tests/support/supply";
import { until } from "@/tests/support/until";

usePoolDatabase();

describe("routing", () => {
  test("keeps a pinned request on its channels, and gives a channel's own model name, base URL and discount", async () => {
    await putChannel(db, "reseller", { discount: "0.8", models: { "gpt-4o-mini": "their-mini" } });
    const [main, reseller] = [await addKey(), await addKey("reseller")];
    const pool = await openPool();
    expect(chosenId(pool, [], ["main"])).toBe(main);
    const choice = pool.choose(request([], ["reseller"]));
    expect(choice).toMatchObject({
      outcome: "key",
      key: { id: reseller, channelId: "reseller", upstreamModel: "their-mini", discount: { digits: 8n, scale: 1 } },
    });
    expect(chosenId(pool, [reseller], ["reseller"])).toBeNull();
    expect(pool.choose({ ...request([], ["reseller"]), modelId: "gpt-4o" }).outcome).toBe("none");
    expect(pool.maxDiscount(request())).toEqual({ digits: 1n, scale: 0 });
    expect(pool.maxDiscount(request([], ["reseller"]))).toEqual({ digits: 8n, scale: 1 });
    expect(pool.maxDiscount({ ...request(), provider: "groq" })).toBeNull();
  });

  test("a switched-off channel and a changed one reach every process within a poll", async () => {
    const id = await addKey();
    const pool = await openPool();
    expect(chosenId(pool)).toBe(id);
    await db.pool.query("with off as (update channel set enabled = false) select books.bump_config('catalog')");
    await until(() => chosenId(pool) === null, "the channel is off");
  });
});

describe("what an answer means", () => {
  test("401: the key is out at once here and within a poll elsewhere, and back after a probe that finds it valid", async () => {
    const [id] = [await addKey(), await addKey(), await addKey(), await addKey()];
    const [here, there] = [await openPool(), await openPool()];
    answer(here, id, { action: "quarantine", reason: "invalid_key" });
    const seen = (pool: Pool) => new Set(Array.from({ length: 40 }, () => chosenId(pool)));
    expect(seen(here)).not.toContain(id);
    await here.idle();
    await until(() => !seen(there).has(id), "it is out elsewhere");
    expect(await view(id)).toMatchObject({ state: "quarantined", reason: "invalid_key", health: { failures: 1 } });
    const back = await db.inTransaction((tx) => recordProbe(tx, ctx(), { poolKeyId: id, probe: { outcome: "valid" } }));
    expect(back).toEqual({ outcome: "recorded", state: "active", died: false });
    await until(() => seen(there).has(id), "it is back");
  });

  test("401 four times over minutes: disabled, and reported dead, once", async () => {
    const id = await addKey();
    let atMs = nowMs();
    await db.inTransaction((tx) =>
      recordVerdict(tx, ctx(atMs), { poolKeyId: id, forKey: { action: "quarantine", reason: "invalid_key" } }),
    );
    const states: string[] = [];
    for (let look = 0; look < 3; look++) {
      const { health } = await view(id);
      expect(health.coolingUntilMs).toBe(atMs + 60_000 * 2 ** look);
      atMs = health.coolingUntilMs ?? atMs;
      const end = await db.inTransaction((tx) =>
        recordProbe(tx, ctx(atMs), { poolKeyId: id, probe: { outcome: "invalid", reason: "invalid_key" } }),
      );
      if (end.outcome === "recorded") states.push(`${end.state} ${end.died}`);
    }
    expect(states).toEqual(["quarantined false", "quarantined false", "disabled true"]);
    const again = await db.inTransaction((tx) =>
      recordProbe(tx, ctx(), { poolKeyId: id, probe: { outcome: "invalid", reason: "invalid_key" } }),
    );
    expect(again).toEqual({ outcome: "unchanged" });
  });

  test("401 on a third of a provider's keys at once: the provider's fault, all of them wait and none is lost", async () => {
    const ids = [await addKey(), await addKey(), await addKey(), await addKey(), await addKey()];
    const verdicts = [];
    for (const id of ids.slice(0, 2)) {
      verdicts.push(
        await db.inTransaction((tx) =>
          recordVerdict(tx, ctx(), { poolKeyId: id, forKey: { action: "quarantine", reason: "invalid_key" } }),
        ),
      );
    }
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["quarantined", "provider_fault"]);
    expect((await Promise.all(ids.map(view))).map(({ state }) => state)).toEqual([
      "cooling",
      "cooling",
      "active",
      "active",
      "active",
    ]);
  });

  test("no money: depleted, probed again after 15 minutes, and reported once for many requests under way", async () => {
    const id = await addKey();
    const pool = await openPool();
    for (let i = 0; i < 5; i++) pool.started(id);
    const atMs = nowMs();
    for (let i = 0; i < 5; i++) {
      pool.finished(id, {
        forKey: { action: "deplete", reason: "no_money" },
        modelId: "m",
        source: { account: "somebody", body: "" },
        latencyMs: 1,
        costNanos: nanos(0n),
        nowMs: atMs,
      });
    }
    expect(pool.choose(request())).toEqual({ outcome: "none", retryAfterMs: 30_000 });
    await pool.idle();
    expect(await view(id)).toMatchObject({
      state: "depleted",
      reason: "no_money",
      health: { failures: 1, coolingUntilMs: atMs + 15 * 60_000 },
    });
  });

  test("429 with a long wait is shared with every process; a short one stays here", async () => {
    const id = await addKey();
    const [here, there] = [await openPool(), await openPool()];
    answer(here, id, { action: "cool", retryAfterMs: 2_000 });
    await here.idle();
    expect(chosenId(here)).toBeNull();
    expect((await view(id)).state).toBe("active");
    answer(here, id, { action: "cool", retryAfterMs: 60_000 });
    await here.idle();
    expect((await view(id)).state).toBe("cooling");
    await until(() => chosenId(there) === null, "it cools elsewhere");
  });

  test("a success forgets earlier bad answers", async () => {
    const id = await addKey();
    await db.pool.query("with bad as (update pool_key set failures = 2) select books.bump_config('pool')");
    const pool = await openPool();
    answer(pool, id, { action: "none" });
    answer(pool, id, { action: "none" });
    await pool.idle();
    expect((await view(id)).health.failures).toBe(0);
  });
});

describe("quota", () => {
  test("a key stops serving when what this process spent uses it up, before anything is folded", async () => {
    const id = await addKey("main", nanos(1_000n));
    const pool = await openPool();
    answer(pool, id, { action: "none" }, 999n);
    expect(chosenId(pool)).toBe(id);
    answer(pool, id, { action: "none" }, 1n);
    expect(chosenId(pool)).toBeNull();
  });

  test("a key isn't enabled without quota left", async () => {
    const id = await addKey("main", nanos(1_000n));
    await db.pool.query("update pool_key set cost_nanos = 1000, state = 'depleted'");
    await expect(db.inTransaction((tx) => enablePoolKey(tx, ctx(), { poolKeyId: id }))).rejects.toMatchObject({
      code: "state_conflict",
    });
  });
});
