import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../support/redis";
import { keepResult, proofSize } from "../support/results";
import { until } from "../support/until";
import { audit, readRecords } from "./audit";
import { chanceOf } from "./chance";
import { startCrowd, type Crowd } from "./crowd";
import { openHolds, startWorld, USUAL_TIMINGS, wholeCredits, type World } from "./world";

const SEED = 7;
const CALLERS = 12;
const GRANTED = wholeCredits(10_000n);
const EVENTS_EACH = 2_000;

describe.skipIf(!hasRedis())("with Redis", () => {
  let redis: TestRedis;
  let world: World;
  beforeAll(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url };
    world = await startWorld(".scrip/chaos/redis", {
      gateways: 2,
      timings: USUAL_TIMINGS,
      callers: CALLERS,
      creditsEach: GRANTED,
      chunkDelayMs: 2,
      env,
    });
  }, 120_000);
  afterAll(async () => {
    await world.close();
    await redis.stop();
  }, 60_000);

  /** Whole replies that came while as much happened as between two strokes of this test. */
  async function servedMeanwhile(crowd: Crowd): Promise<number> {
    const [events, replies] = [crowd.events(), crowd.seen.length];
    await until(() => crowd.events() >= events + EVENTS_EACH, "the crowd goes on", 60_000);
    return crowd.seen.slice(replies).filter((seen) => seen.status === 200 && seen.isWhole).length;
  }

  test("Redis is flushed and then killed under load: every request is served, and no credit is lost or made", async () => {
    const urls = (): string[] => world.gateways().map(({ url }) => url);
    const crowd = startCrowd({ callers: world.callers, urls, chance: chanceOf(SEED), tokensMax: 120 });
    const served = { before: await servedMeanwhile(crowd), flushed: 0, killed: 0 };
    await redis.flush();
    served.flushed = await servedMeanwhile(crowd);
    const { pid } = redis;
    await redis.stop();
    served.killed = await servedMeanwhile(crowd);
    await crowd.stop();
    await until(async () => (await openHolds(world)) === 0n, "every hold has ended", 30_000);

    const log = await world.sandbox.log();
    const { problems, figures } = await audit({
      database: world.database(),
      records: await readRecords(world.database()),
      callers: world.callers,
      grantedMicros: GRANTED,
      seen: crowd.seen,
      log,
      windowTokens: 0,
    });
    keepResult("redis", proofSize(), { seed: SEED, killedPid: pid, served, figures, problems });
    expect(problems).toEqual([]);
    expect(crowd.seen.filter(({ status, isWhole }) => status !== 200 || !isWhole)).toEqual([]);
    expect(Math.min(served.before, served.flushed, served.killed)).toBeGreaterThan(0);
  }, 180_000);
});
