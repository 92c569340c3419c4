import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readConfig } from "@/app/_server/config";
import { readExampleContribution } from "@/app/_server/examples";
import { CALLS } from "@/app/api/v1/_document/calls";
import { systemCtx } from "@/lib/ctx";
import { openDatabase, type Database } from "@/lib/db";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { aPerson, call, openApi, type Person } from "@/tests/support/api";
import { stageModel } from "@/tests/support/stage";
import { untilSoon } from "@/tests/support/until";

/** What public pages and calls show of models and settings: from memory, and never behind the admin who changes it. */

let api: Awaited<ReturnType<typeof openApi>>;
let admin: Person;
/** Another process on the same database, and its schema's owner. */
let elsewhere: Database;
let owner: pg.Client;

beforeAll(async () => {
  api = await openApi();
  process.env["LOG_LEVEL"] = "info";
  admin = await aPerson(api.database, { role: "admin", scopes: ["admin"] });
  elsewhere = openDatabase(String(process.env["DATABASE_URL"]), 2);
  owner = new pg.Client({ connectionString: api.ownerUrl });
  await owner.connect();
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await owner.end();
  await elsewhere.close();
  await api.close();
});

const ask = (method: string, path: string, params = {}, body?: object) => {
  const route = CALLS.find((one) => one.method === method && one.path === path)?.route;
  if (!route) throw new Error(`no call ${method} ${path}`);
  return call(method, path, route, { as: admin.key, params, ...(body && { body }) });
};
const putModel = (id: string, amount: number) =>
  ask(
    "PUT",
    "/admin/models/{id}",
    { id },
    {
      provider: "openai",
      upstream_model: id,
      capabilities: ["chat"],
      price: { rates: [{ meter: "input_tokens", per: 1000, amount }], chargeUnit: 1 },
    },
  );
const stepsOf = async () => (await readConfig()).settings.bonus_steps.length;
const putSteps = (database: Database, steps: object[]) =>
  database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), { bonus_steps: steps }));

test("readers share four looks a second at the database, however many they are", async () => {
  await putModel("one-look", 1);
  const beganMs = nowMs();
  const looks = vi.spyOn(api.database.pool, "query");
  await Promise.all(Array.from({ length: 50 }, () => ask("GET", "/models")));
  await Promise.all(Array.from({ length: 50 }, () => ask("GET", "/packs")));
  expect(looks.mock.calls.length).toBeLessThanOrEqual(1 + (nowMs() - beganMs) / 250);
});

test("the landing page's example of a contribution asks the database nothing of its own", async () => {
  await stageModel(api.database);
  await api.database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), DEMO_SETTINGS));
  expect(await readExampleContribution()).toMatchObject({ requests: 16_666n, netMicros: 74_997_000_000n });
  const beganMs = nowMs();
  const queries = vi.spyOn(pg.Client.prototype, "query");
  for (let view = 0; view < 20; view++) await readExampleContribution();
  expect(queries.mock.calls.length).toBeLessThanOrEqual(1 + (nowMs() - beganMs) / 250);
});

test("what this process changed is in its next read", async () => {
  for (const price of [2, 3, 4]) {
    await putModel("changing", price);
    const { body } = await ask("GET", "/models/{id}", { id: "changing" });
    expect(JSON.stringify(body["price"])).toContain(`"amount":${price}`);
    await putSteps(
      api.database,
      Array.from({ length: price }, (_, step) => ({ from_usd: 10 + step, bonus: 0.1 })),
    );
    expect(await stepsOf()).toBe(price);
  }
});

test("what this process changed is in its next read also where the database takes longer than a second to answer", async () => {
  await putSteps(api.database, []);
  expect(await stepsOf()).toBe(0);
  await putSteps(api.database, [{ from_usd: 10, bonus: 0.1 }]);
  await owner.query("begin");
  await owner.query("lock table books.config_version in access exclusive mode");
  const steps = stepsOf();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await owner.query("rollback");
  expect(await steps).toBe(1);
});

test("what another process changed is seen a quarter of a second later", async () => {
  const put = async (): Promise<void> => {
    await putSteps(api.database, []);
    expect(await stepsOf()).toBe(0);
    await putSteps(elsewhere, [{ from_usd: 10, bonus: 0.1 }]);
  };
  await untilSoon(put, async () => (await stepsOf()) === 1, "the change is seen");
});

test("what is known stays in use where the database doesn't answer, or refuses, and the log says so once", async () => {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await putModel("known", 1);
  await readConfig();
  const isKnown = async () => (await readConfig()).catalogue.models.has("known");
  await owner.query("begin");
  await owner.query("lock table books.config_version in access exclusive mode");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const askedMs = nowMs();
  expect(await isKnown()).toBe(true);
  expect(nowMs() - askedMs).toBeLessThan(4_500);
  await owner.query("alter table books.config_version rename to config_away");
  await owner.query("commit");
  try {
    for (let look = 0; look < 3; look++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await isKnown()).toBe(true);
    }
  } finally {
    await owner.query("alter table books.config_away rename to config_version");
  }
  await putModel("known-later", 1);
  expect((await readConfig()).catalogue.models.has("known-later")).toBe(true);
  const logged = printed.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("configuration"));
  expect(logged).toEqual([
    expect.stringContaining("can't be read; the known one stays in use"),
    expect.stringContaining("can be read again"),
  ]);
});
