import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool, type Pool } from "@/lib/pool";
import { type Bus, openBus } from "@/lib/redis";
import { vault } from "@/lib/vault";
import { addKey, answer, chosenId, db, usePoolDatabase } from "@/tests/support/pool";
import { hasRedis, startRedis, type TestRedis } from "@/tests/support/redis";
import { until } from "@/tests/support/until";

usePoolDatabase();

let redis: TestRedis | undefined;
beforeAll(async () => {
  if (hasRedis()) redis = await startRedis();
});
afterAll(() => redis?.stop());

const choices = (pool: Pool) => new Set(Array.from({ length: 40 }, () => chosenId(pool)));

// The polls are off: what the other process knows, it knows from Redis.
async function twoProcesses(url: string) {
  const buses: Bus[] = [openBus(url), openBus(url)];
  const [here, there] = await Promise.all(buses.map((bus) => createPool(db, vault(), { pollMs: 0, bus })));
  if (!here || !there) throw new Error("two pools");
  const close = async (): Promise<void> => {
    await Promise.all([here.close(), there.close()]);
    for (const bus of buses) bus.close();
  };
  return { here, there, close };
}

test.skipIf(!hasRedis())(
  "with Redis a short cool-down and a quarantine are known to the other process at once",
  async () => {
    const [cooled, quarantined] = [await addKey(), await addKey()];
    await addKey();
    const { here, there, close } = await twoProcesses(redis?.url ?? "");
    await until(() => {
      answer(here, cooled, { action: "cool", retryAfterMs: 4_000 });
      return new Set(Array.from({ length: 40 }, () => chosenId(there))).has(cooled) === false;
    }, "the cool-down is heard");
    answer(here, quarantined, { action: "quarantine", reason: "invalid_key" });
    await until(() => !choices(there).has(quarantined), "the quarantine is heard");
    expect(choices(there).size).toBe(1);
    await close();
  },
);

test.skipIf(!hasRedis())(
  "a Redis that goes away is reported once, and keys are chosen and judged as before",
  async () => {
    const own = await startRedis();
    const reported: string[] = [];
    const bus = openBus(own.url, { tell: (problem) => reported.push(problem) });
    const id = await addKey();
    const pool = await createPool(db, vault(), { pollMs: 0, bus });
    await own.stop();
    await until(() => reported.length > 0, "it is reported");
    for (let i = 0; i < 5; i++) answer(pool, id, { action: "cool", retryAfterMs: 1_000 });
    expect(chosenId(pool)).toBeNull();
    expect(reported).toHaveLength(1);
    await pool.close();
    bus.close();
  },
);
