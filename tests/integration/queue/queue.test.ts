import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db";
import { grantApplicationRole } from "@/lib/db/grants";
import {
  enqueue,
  purgeProcessed,
  wasProcessed,
  type Job,
  migrateQueue,
  openQueue,
  type Queue,
  relayOutbox,
  sweepOutbox,
  processOnce,
} from "@/lib/queue";
import { nowMs } from "@/lib/time";
import { testDatabase, type TestDatabase } from "@/tests/support/database";
import { hasRedis, startRedis, type TestRedis } from "@/tests/support/redis";
import { until } from "@/tests/support/until";

/** A lock of a minute, and a look for those that ended every half. */
const LOCK_ENDED_MS = 120_000;

let clone: TestDatabase;
let db: Database;
let redis: TestRedis | undefined;
let queues: Queue[] = [];

beforeAll(async () => {
  clone = await testDatabase();
  await migrateQueue(clone.ownerUrl);
  await grantApplicationRole(clone.ownerUrl, clone.url);
  db = openDatabase(clone.url, 5);
  if (hasRedis()) redis = await startRedis();
});
beforeEach(async () => {
  await db.pool.query("delete from processed");
  await db.pool.query("delete from outbox");
});
// A test that failed must not leave a worker that takes the next one's jobs.
afterEach(async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  queues = [];
});
afterAll(async () => {
  await db.close();
  await redis?.stop();
  await clone.drop();
});

/** A queue in that Redis, or in PostgreSQL, that is closed when the test ends. */
function aQueue(redisUrl: string | undefined): Queue {
  const queue = openQueue({ redisUrl, databaseUrl: clone.url });
  queues.push(queue);
  return queue;
}

/** Work jobs of one topic off, counting deliveries and effects by what they were asked for. */
function worker(queue: Queue, topic = "count") {
  const delivered: string[] = [];
  const done: string[] = [];
  queue.work({
    [topic]: async ({ payload, outboxId }: Job) => {
      delivered.push(String(payload["what"]));
      if (outboxId === null) return;
      const isFirst = await processOnce(db, outboxId, async () => undefined);
      if (isFirst) done.push(String(payload["what"]));
    },
  });
  return { delivered, done };
}
const ask = (what: string): Promise<bigint> => db.inTransaction((tx) => enqueue(tx, "count", { what }));
const askAll = (whats: string[]): Promise<void> =>
  db.inTransaction(async (tx) => {
    for (const what of whats) await enqueue(tx, "count", { what });
  });
const all = (count: number): string[] => Array.from({ length: count }, (_, index) => `job ${index}`);

describe("the outbox", () => {
  test("asks for nothing when its transaction rolls back", async () => {
    const failing = db.inTransaction(async (tx) => {
      await enqueue(tx, "count", { what: "never" });
      throw new Error("changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    const { rows } = await db.pool.query("select 1 from outbox");
    expect(rows).toEqual([]);
  });

  test("has an effect once when the job is delivered ten times at once, and again when the first rolled back", async () => {
    const id = await ask("x");
    const effects: number[] = [];
    await expect(processOnce(db, id, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await wasProcessed(db, id)).toBe(false);
    const deliveries = Array.from({ length: 10 }, (_, index) =>
      processOnce(db, id, async () => void effects.push(index)),
    );
    expect((await Promise.all(deliveries)).filter(Boolean)).toHaveLength(1);
    expect(effects).toHaveLength(1);
    expect(await wasProcessed(db, id)).toBe(true);
  });

  test("forgets what was worked off long ago, and nothing else", async () => {
    const [done, waiting] = [await ask("done"), await ask("waiting")];
    await processOnce(db, done, async () => undefined);
    expect(await db.inTransaction((tx) => purgeProcessed(tx, nowMs() + 1_000, "jobs", 100))).toBe(1);
    const { rows } = await db.pool.query<{ id: bigint }>("select id from outbox");
    expect(rows).toEqual([{ id: waiting }]);
  });
});

const backends = [
  { name: "PostgreSQL", isThere: true, url: () => undefined },
  { name: "Redis", isThere: hasRedis(), url: () => redis?.url },
];
describe.each(backends)("the queue on $name", ({ isThere, url }) => {
  const open = (): Queue => aQueue(url());

  test.skipIf(!isThere)("works off what was asked for, each once, from two relays at once", async () => {
    const queue = open();
    const { done } = worker(queue);
    await askAll(all(60));
    await Promise.all([relayOutbox(db, queue, nowMs()), relayOutbox(db, queue, nowMs())]);
    await until(() => done.length >= 60, "all are done", 20_000);
    expect(done.toSorted()).toEqual(all(60).toSorted());
    expect(await relayOutbox(db, queue, nowMs())).toBe(0);
  });

  test.skipIf(!isThere)(
    "tries again what failed, and carries on after a restart",
    async () => {
      const first = open();
      await ask("a");
      await relayOutbox(db, first, nowMs());
      await first.close();
      const second = open();
      let failures = 0;
      const done: bigint[] = [];
      second.work({
        count: async ({ outboxId }) => {
          if (failures++ === 0) throw new Error("not this time");
          if (outboxId !== null) await processOnce(db, outboxId, async () => void done.push(outboxId));
        },
      });
      // In a second, as a rule. Where the queue couldn't note the failure, the job's lock has to end first.
      await until(() => done.length === 1, "the second attempt did it", LOCK_ENDED_MS);
      expect(failures).toBe(2);
    },
    150_000,
  );

  test.skipIf(!isThere)("does a scheduled job at its interval, however often it is scheduled meanwhile", async () => {
    const queue = open();
    const runs: number[] = [];
    queue.work({ tick: async () => void runs.push(nowMs()) });
    await until(
      async () => {
        await queue.schedule("tick", 500);
        return runs.length >= 7;
      },
      "seven runs",
      25_000,
    );
    // Neither put off by being scheduled again, nor run once for each time that it was: three seconds, of which a machine
    // that stood still may have slept through some.
    const [first = 0] = runs;
    expect((runs.at(6) ?? 0) - first).toBeGreaterThan(1_000);
  });
});

describe("a Redis that is emptied", () => {
  test.skipIf(!hasRedis())("loses no job: what it had is handed over again and done once", async () => {
    const queue = aQueue(redis?.url);
    const what = all(40);
    await askAll(what);
    await relayOutbox(db, queue, nowMs());
    await redis?.flush();
    const { done } = worker(queue);
    await until(
      async () => {
        await sweepOutbox(db, nowMs() + 1_000, 0);
        await relayOutbox(db, queue, nowMs());
        return done.length >= what.length;
      },
      "all are done",
      20_000,
    );
    expect(done.toSorted()).toEqual(what.toSorted());
  });

  test.skipIf(!hasRedis())("forgets its schedules, and has them again when they are put up again", async () => {
    const queue = aQueue(redis?.url);
    let runs = 0;
    queue.work({ tock: async () => void (runs += 1) });
    await queue.schedule("tock", 200);
    await until(() => runs >= 2, "it runs");
    await redis?.flush();
    const seen = runs;
    await queue.schedule("tock", 200);
    await until(() => runs >= seen + 3, "it runs again", 20_000);
    expect(runs).toBeGreaterThan(2);
  });

  test.skipIf(!hasRedis())(
    "and stopped: handing over fails and marks nothing; when it is back all is done",
    async () => {
      const own = await startRedis();
      const queue = aQueue(own.url);
      const { done } = worker(queue);
      await ask("before");
      await relayOutbox(db, queue, nowMs());
      await until(() => done.length === 1, "the first is done");
      await own.stop();
      await ask("meanwhile");
      await expect(relayOutbox(db, queue, nowMs())).rejects.toThrow();
      const { rows } = await db.pool.query("select 1 from outbox where done_at is null");
      expect(rows).toHaveLength(1);
      const back = await startRedis(own.port);
      await until(
        async () => {
          await relayOutbox(db, queue, nowMs()).catch(() => undefined);
          return done.length === 2;
        },
        "the second is done",
        20_000,
      );
      await queue.close();
      await back.stop();
    },
  );

  test("or was never there: asking fails in seconds, and what was asked for waits in the outbox", async () => {
    const queue = aQueue("redis://127.0.0.1:9");
    await ask("later");
    await expect(relayOutbox(db, queue, nowMs())).rejects.toThrow();
    await expect(queue.schedule("tick", 200)).rejects.toThrow();
    const { rows } = await db.pool.query("select 1 from outbox where done_at is null");
    expect(rows).toHaveLength(1);
  });

  test.skipIf(!hasRedis())("for good: the queue says so once, and still closes", async () => {
    const own = await startRedis();
    const told: string[] = [];
    const queue = openQueue({ redisUrl: own.url, databaseUrl: clone.url, tell: (problem) => told.push(problem) });
    let runs = 0;
    queue.work({ tick: async () => void (runs += 1) });
    await queue.schedule("tick", 200);
    await until(() => runs > 0, "it works");
    await own.stop();
    await until(() => told.length > 0, "it is told of");
    await queue.close();
    expect(new Set(told).size).toBe(told.length);
  });
});
