import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { grantApplicationRole } from "@/lib/db/grants";
import { openLocks } from "@/lib/db/locks";
import { createBooks, keepLease, readBalance } from "@/lib/ledger";
import { lastLedgerCheck } from "@/lib/verification";
import { migrateQueue } from "@/lib/queue";
import { nowMs } from "@/lib/time";
import { vault } from "@/lib/vault";
import { foldAttemptsLoop, makePartitionsJob, reapHoldsLoop, verifyLedgerJob } from "@/workers/jobs/ledger-jobs";
import { purgeOldJob } from "@/workers/jobs/purge-jobs";
import { serveHealth } from "@/workers/jobs/health";
import { runLoop } from "@/workers/jobs/loop";
import { startJobs } from "@/workers/jobs/start-jobs";
import { aReserve, aWallet, cr } from "@/tests/support/a-ledger";
import { aLog } from "@/tests/support/log";
import { spawnJobs } from "@/tests/support/worker";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";
import { until } from "@/tests/support/until";
import { rawPool } from "@/tests/support/database";

let home: SuppliedLedger;
let owner: pg.Pool;
let told = aLog();
let running: { stop(): Promise<void> } | undefined;

beforeAll(async () => {
  home = await aSuppliedLedger();
  owner = rawPool(home.home.ownerUrl, 1);
  await migrateQueue(home.home.ownerUrl);
  await grantApplicationRole(home.home.ownerUrl, home.home.url);
});
beforeEach(() => {
  told = aLog();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  await owner.end();
  await home.close();
});

const context = () => ({ database: home.database, log: told.log });
const start = async (ttlMs = 2_000) => {
  const { database, home: clone } = home;
  const databaseUrl = clone.url;
  running = await startJobs({
    ...context(),
    database,
    vault: vault(),
    databaseUrl,
    providerBaseUrls: new Map(),
    lease: { ttlMs, renewMs: 200, checksApartMs: ttlMs / 4 },
  });
};

describe("the jobs process", () => {
  test("adds what a settled request cost to its key, in turns well under two seconds apart", async () => {
    await start();
    const id = await home.addKey();
    await home.settleOn(id, 45n);
    await until(async () => (await home.keyRow(id)).cost === 45n, "the cost is folded");
    expect(await home.keyRow(id)).toMatchObject({ state: "active", cost: 45n });
    expect(foldAttemptsLoop(context()).everyMs).toBeLessThanOrEqual(1_000);
  });

  test("folds what platform accounts earned", async () => {
    await start();
    await home.settleOn(await home.addKey(), 1n);
    await until(async () => (await owner.query("select 1 from books.delta")).rowCount === 0, "no delta is left");
    const { rows } = await owner.query<{ balance: string }>(
      "select balance_micros as balance from books.account where code = 102",
    );
    expect(BigInt(rows[0]?.balance ?? 0)).toBeGreaterThan(0n);
  });

  test("ends the holds of a gateway that went silent, once its lease ran out, and not those of one that lives", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const poolKey = await home.addKey();
    // Renewed every 200 ms, and never.
    const [living, silent] = [
      await keepLease(home.database.pool, "living", { renewMs: 200 }),
      await keepLease(home.database.pool, "silent", { renewMs: 600_000 }),
    ];
    const [kept, lost] = [aReserve(wallet, cr(20), { poolKey }), aReserve(wallet, cr(30), { poolKey })];
    await createBooks(home.database.pool, living).reserve(kept);
    await createBooks(home.database.pool, silent).reserve(lost);
    const held = async () => (await readBalance(home.database.reader, wallet)).heldMicros;
    expect(await held()).toBe(cr(50));
    await start(3_000);
    await until(async () => (await held()) === cr(20), "the silent one's hold is released", 20_000);
    await living.close();
    await until(async () => (await held()) === 0n, "and the other's when it closes its lease", 20_000);
  });

  test("closes no lease at its first look, however long the database was away before it", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const lease = await keepLease(home.database.pool, "slept", { renewMs: 600_000 });
    const reserve = aReserve(wallet, cr(20), { poolKey: await home.addKey() });
    await createBooks(home.database.pool, lease).reserve(reserve);
    const { id } = lease.current();
    await owner.query("update books.lease set renewed_at = now() - interval '30 seconds' where id = $1", [id]);
    const isOpen = async () =>
      (await owner.query("select 1 from books.lease where id = $1 and closed_at is null", [id])).rowCount === 1;

    const { runOnce } = reapHoldsLoop(context(), { ttlMs: 1_000, renewMs: 200, checksApartMs: 1_000 });
    const startMs = nowMs();
    await runOnce();
    expect(await isOpen()).toBe(true);
    await until(async () => {
      await runOnce();
      return !(await isOpen());
    }, "it is closed in the end");
    expect(nowMs() - startMs).toBeGreaterThan(1_000);
    await lease.close();
  });

  test("expires credits that are past their date, and no others", async () => {
    const wallet = await aWallet(home, { promo: cr(5), purchased: cr(1), expiresMs: nowMs() + 300 });
    await start();
    const left = async () => (await readBalance(home.database.reader, wallet)).bySource;
    await until(async () => (await left()).promo === 0n, "the promo is gone", 15_000);
    expect((await left()).purchased).toBe(cr(1));
  });
});

describe("scheduled work", () => {
  test("raises an alert for rows that came into a default partition, and for nothing else", async () => {
    await makePartitionsJob(context());
    expect(told.lines).toEqual([]);
    await owner.query(
      "insert into books.transfer (id, at, kind, actor) values (gen_random_uuid(), now() + interval '5 years', 18, 'test')",
    );
    await makePartitionsJob(context());
    expect(told.lines).toMatchObject([{ alert: "default_partition_not_empty", parent: "transfer", rows: "1" }]);
  });

  test("raises an alert for each invariant that is violated, and stores what was found", async () => {
    await owner.query("update books.wallet set purchased = purchased + 1 where id = $1", [home.wallet]);
    await verifyLedgerJob(context());
    expect(told.lines.some(({ alert }) => alert === "ledger_violation")).toBe(true);
    const brokenWallet = async () =>
      (await lastLedgerCheck(home.database.reader))?.broken.filter(
        ({ invariant }) => invariant === "wallet-equals-lines",
      );
    expect(await brokenWallet()).toMatchObject([{ rows: 1, first: `wallet ${home.wallet}, purchased` }]);
    await owner.query("update books.wallet set purchased = purchased - 1 where id = $1", [home.wallet]);
    await verifyLedgerJob(context());
    expect(await brokenWallet()).toEqual([]);
  });

  test("forgets usage of months before thirteen and checks of three months ago, and keeps the thirteen", async () => {
    const partition = async (months: number): Promise<string> => {
      const { rows } = await owner.query<{ name: string; first: string; next: string }>(
        `select to_char(m, '"usage_record_"YYYY_MM') as name, m::date::text as first, (m + interval '1 month')::date::text as next
         from (select date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1) as m) x`,
        [months],
      );
      const { name = "", first, next } = rows[0] ?? {};
      await owner.query(
        `create table books.${name} partition of books.usage_record for values from ('${first} 00:00+00') to ('${next} 00:00+00')`,
      );
      return name;
    };
    const [old, kept] = [await partition(14), await partition(13)];
    await owner.query("update ledger_check set checked_at = now() - interval '91 days'");
    await purgeOldJob(context());
    expect(await lastLedgerCheck(home.database.reader)).toBeNull();
    const there = async (name: string) =>
      (await owner.query("select to_regclass('books.' || $1) as r", [name])).rows[0]?.r !== null;
    expect([await there(old), await there(kept)]).toEqual([false, true]);
  });
});

describe("a loop", () => {
  test("runs in one process at a time; another takes over when the first one's connection is gone", async () => {
    const [one, two] = [openLocks(home.database), openLocks(home.database)];
    const turns = { one: 0, two: 0 };
    const loop = (who: "one" | "two") => ({
      name: "takeover",
      everyMs: 20,
      runOnce: async () => ((turns[who] += 1), false),
    });
    const stops = [runLoop(one, told.log, loop("one"))];
    await until(() => turns.one > 2, "the first runs");
    stops.push(runLoop(two, told.log, loop("two")));
    const seen = turns.one;
    await until(() => turns.one > seen + 5, "the first goes on");
    expect(turns.two).toBe(0);
    await stops[0]?.stop();
    one.close();
    await until(() => turns.two > 2, "the second takes over");
    await stops[1]?.stop();
    two.close();
  });

  test("is reported once while it fails, and again when it works", async () => {
    const locks = openLocks(home.database);
    let turns = 0;
    const runOnce = async () => {
      turns += 1;
      if (turns <= 3) throw new Error("away");
      return false;
    };
    const running = runLoop(locks, told.log, { name: "failing", everyMs: 10, runOnce });
    await until(() => turns > 4, "it works again");
    await running.stop();
    locks.close();
    expect(told.lines.map(({ msg }) => msg)).toEqual(["the job failed and will be tried again", "the job works again"]);
  });

  test("goes on when its connections are cut by the server", async () => {
    const locks = openLocks(home.database);
    let turns = 0;
    const runOnce = async () => {
      await home.database.pool.query("select 1");
      turns += 1;
      return false;
    };
    const running = runLoop(locks, told.log, { name: "cut", everyMs: 10, runOnce });
    await until(() => turns > 2, "it runs");
    await owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'scrip_app' and datname = current_database()",
    );
    const seen = turns;
    await until(() => turns > seen + 5, "it goes on");
    expect(told.lines.length).toBeLessThanOrEqual(2);
    await running.stop();
    locks.close();
  });
});

describe("the jobs' health", () => {
  test("is well while every loop gets on, and names those that had no good turn for a minute", async () => {
    let lastMs = nowMs();
    let hasReaped = false;
    const loops = ["fold", "reap"].map((name) => ({
      name,
      lastGoodMs: () => (name === "reap" ? lastMs : nowMs()),
      hasWorked: () => name === "fold" || hasReaped,
      stop: () => Promise.resolve(),
    }));
    const health = await serveHealth(loops, { port: 0, host: "127.0.0.1", token: null });
    const ask = async (path: string) => {
      const response = await fetch(health.url + path);
      return [response.status, await response.json()];
    };
    expect(await ask("/healthz")).toEqual([200, { ok: true, stuck: [] }]);
    lastMs -= 61_000;
    expect(await ask("/healthz")).toEqual([503, { ok: false, stuck: ["reap"] }]);
    expect(await ask("/readyz")).toEqual([503, { ok: false, stuck: ["reap"], waiting: ["reap"] }]);
    [lastMs, hasReaped] = [nowMs(), true];
    expect(await ask("/readyz")).toEqual([200, { ok: true, stuck: [], waiting: [] }]);
    expect(await ask("/")).toEqual([404, { ok: false }]);
    health.close();
  });

  test("listens on this machine alone unless a token is set, and answers that token alone then", async () => {
    const own = await serveHealth([], { port: 0, host: "0.0.0.0", token: null });
    const anybodys = await serveHealth([], { port: 0, host: "0.0.0.0", token: "t" });
    expect([new URL(own.url).hostname, new URL(anybodys.url).hostname]).toEqual(["127.0.0.1", "0.0.0.0"]);
    const statusOf = async (url: string, headers = {}) => (await fetch(`${url}/healthz`, { headers })).status;
    expect(await statusOf(own.url)).toBe(200);
    expect(await statusOf(own.url, { "x-forwarded-for": "203.0.113.9" })).toBe(403);
    expect(await statusOf(anybodys.url)).toBe(401);
    expect(await statusOf(anybodys.url, { authorization: "Bearer t" })).toBe(200);
    own.close();
    anybodys.close();
  });
});

// Two processes that start from source, on a machine that is busy with other tests.
describe("the process", { timeout: 60_000 }, () => {
  test("stops in order when its starter's pipe closes, and when it is asked to", async () => {
    const [piped, asked] = await Promise.all([spawnJobs(home.home.url), spawnJobs(home.home.url)]);
    piped.child.stdin.end();
    asked.child.kill("SIGTERM");
    expect(await piped.exit).toEqual([0, null]);
    expect(await asked.exit).toEqual([0, null]);
  });
});
