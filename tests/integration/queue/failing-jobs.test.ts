import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db";
import { grantApplicationRole } from "@/lib/db/grants";
import {
  enqueue,
  migrateQueue,
  openQueue,
  processOnce,
  type Queue,
  readFailingJobs,
  recordFailure,
  relayOutbox,
  retryJob,
  sweepOutbox,
} from "@/lib/queue";
import { nowMs } from "@/lib/time";
import { testDatabase, type TestDatabase } from "@/tests/support/database";
import { hasRedis, startRedis, type TestRedis } from "@/tests/support/redis";
import { until } from "@/tests/support/until";

let clone: TestDatabase;
let db: Database;
let redis: TestRedis | undefined;
let queue: Queue | undefined;

beforeAll(async () => {
  clone = await testDatabase();
  await migrateQueue(clone.ownerUrl);
  await grantApplicationRole(clone.ownerUrl, clone.url);
  db = openDatabase(clone.url, 5);
  if (hasRedis()) redis = await startRedis();
});
afterEach(async () => {
  await queue?.close();
  queue = undefined;
});
afterAll(async () => {
  await db.close();
  await redis?.stop();
  await clone.drop();
});

const ask = (what: string): Promise<bigint> => db.inTransaction((tx) => enqueue(tx, what, {}));

const backends = [
  { name: "PostgreSQL", isThere: true, url: () => undefined },
  { name: "Redis", isThere: hasRedis(), url: () => redis?.url },
];
describe.each(backends)("a job that fails on $name", ({ isThere, url }) => {
  const open = (attempts: number): Queue => (queue = openQueue({ redisUrl: url(), databaseUrl: clone.url, attempts }));

  test.skipIf(!isThere)("is handed over again when the queue has given it up, until it is done", async () => {
    const stubborn = open(1);
    const id = await ask("stubborn");
    let tries = 0;
    const done: bigint[] = [];
    stubborn.work({
      stubborn: async ({ outboxId }) => {
        if (++tries < 4) throw new Error("not yet");
        if (outboxId !== null) await processOnce(db, outboxId, async () => void done.push(outboxId));
      },
    });
    await until(
      async () => {
        await sweepOutbox(db, nowMs() + 1_000, 0);
        await relayOutbox(db, stubborn, nowMs());
        return done.length === 1;
      },
      "it is done",
      20_000,
    );
    // A hand-over that meets the end of the fourth try has it tried once more; it is done once all the same.
    expect(done).toEqual([id]);
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(tries).toBeLessThanOrEqual(5);
  });

  test.skipIf(!isThere)(
    "is tried at once where an operator asks for it, instead of after its pause",
    async () => {
      const patient = open(30);
      const id = await ask("patient");
      let tries = 0;
      patient.work({
        patient: async () => {
          tries++;
          throw new Error("not yet");
        },
      });
      await relayOutbox(db, patient, nowMs());
      // The next try of the queue's own comes after 16 s.
      await until(() => tries === 5, "it waits for long", 60_000);
      await db.inTransaction((tx) => retryJob(tx, id));
      await relayOutbox(db, patient, nowMs());
      await until(() => tries > 5, "it is tried", 13_000);
      expect(tries).toBe(6);
    },
    120_000,
  );
});

test("jobs that failed again and again and aren't done are an alert, and no more when they are", async () => {
  const [failing, flaky] = [await ask("failing"), await ask("flaky")];
  for (let n = 0; n < 8; n++) await recordFailure(db, failing, new TypeError("Stripe says no"), nowMs());
  await recordFailure(db, flaky, "once", nowMs());
  expect(await readFailingJobs(db.reader, 10)).toMatchObject({
    count: 1,
    latest: [{ id: failing, topic: "failing", failures: 8, lastError: "TypeError: Stripe says no" }],
  });
  expect(await db.inTransaction((tx) => retryJob(tx, failing))).toEqual({ topic: "failing", failures: 8 });
  await processOnce(db, failing, async () => undefined);
  expect((await readFailingJobs(db.reader, 10)).count).toBe(0);
  for (const id of [failing, 999_999n]) {
    await expect(db.inTransaction((tx) => retryJob(tx, id))).rejects.toMatchObject({ code: "not_found" });
  }
});
