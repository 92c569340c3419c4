import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/lib/db";
import { openLog } from "@/lib/log";
import type { Pool } from "@/lib/pool";
import { type Config, watchConfig } from "@/workers/gateway/config";
import { aCatalogue, type CatalogueFixture, priceOf, put } from "../../support/a-catalogue";

const NEVER_MS = 60_000;
let home: CatalogueFixture;
let config: Config;
let impatient: Config;
let looks = 0;

beforeAll(async () => {
  home = await aCatalogue();
  const refresh = (): Promise<void> => {
    looks++;
    return Promise.resolve();
  };
  // All that the configuration asks of the pool.
  const pool = { refresh } as unknown as Pool;
  config = await watchConfig(home.database, pool, openLog("test"), { refreshMs: 20_000, pollMs: NEVER_MS });
  impatient = await watchConfig(home.database, pool, openLog("test"), { refreshMs: 1_000, pollMs: NEVER_MS });
});
afterAll(async () => {
  config.stop();
  impatient.stop();
  await home.close();
});

test("however many ask for models that aren't there, the database is asked ten times a second at most", async () => {
  looks = 0;
  const beganMs = performance.now();
  const client = async (at: number): Promise<void> => {
    while (looks < 5) await config.refreshFor(`missing-${at}`);
  };
  await Promise.all(Array.from({ length: 20 }, (_, at) => client(at)));
  // The first at once, the others a tenth of a second apart; timers may be a millisecond early.
  expect(performance.now() - beganMs).toBeGreaterThan(390);
});

test("a model that was published a moment ago is found, also right after a look that didn't find it", async () => {
  await config.refreshFor("new");
  await put(home, 0, "new", { price: priceOf(5) });
  await config.refreshFor("new");
  expect(config.catalogue().models.has("new")).toBe(true);
});

test("a database that doesn't answer holds nobody up for longer than a second", async () => {
  const owner = openDatabase(home.ownerUrl, 1);
  const silent = await owner.pool.connect();
  await silent.query("begin; lock table books.config_version in access exclusive mode");
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: 20 }, (_, at) => impatient.refreshFor(`missing-${at}`)));
  const tookMs = performance.now() - beganMs;
  await silent.query("rollback");
  silent.release();
  await owner.close();
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(5_000);
});
