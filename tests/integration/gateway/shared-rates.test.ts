import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "@/workers/gateway/authenticate";
import { createRates, type Rates } from "@/workers/gateway/rates";
import { createSharedRates } from "@/workers/gateway/shared-rates";
import { hasRedis, startRedis, type TestRedis } from "@/tests/support/redis";
import { until } from "@/tests/support/until";

const ONE = { digits: 1n, scale: 0 };
const allowance = { requestsPerMinute: 6, tokensPerMinute: 1_000, concurrency: 4, discount: ONE };
let accounts = 0;
const aCaller = (): Caller => ({ user: { id: `u${++accounts}` } }) as unknown as Caller; // nothing else of it is read

let redis: TestRedis;
let open: Rates[] = [];
beforeAll(async () => {
  if (hasRedis()) redis = await startRedis();
});
afterEach(() => {
  for (const rates of open) rates.stop();
  open = [];
});
afterAll(() => redis?.stop());

const unlimited = { ...allowance, requestsPerMinute: 1_000_000 };

/** Whether what one let in is known to the other. */
async function isShared(one: Rates, other: Rates): Promise<boolean> {
  const caller = aCaller();
  const seen = [await one.admit(caller, unlimited, 0), await other.admit(caller, unlimited, 0)];
  for (const admission of seen) admission.end(0);
  const left = seen.map(({ headers }) => Number(headers["x-ratelimit-remaining-requests"]));
  return left[1] === unlimited.requestsPerMinute - 2;
}

/** The rates of two gateways, both connected; patient with a Redis on a busy machine, unless told. */
async function twoGateways({
  url = redis.url,
  tell = () => undefined,
  answerMsMax = 5_000,
}: { url?: string; tell?: (problem: string) => void; answerMsMax?: number } = {}): Promise<[Rates, Rates]> {
  const own = (): Rates => createSharedRates(url, createRates(), tell, answerMsMax);
  const both: [Rates, Rates] = [own(), own()];
  open.push(...both);
  await until(() => isShared(...both), "the gateways share their rates");
  return both;
}

const outcomesOf = (asked: Promise<unknown>[]): Promise<string[]> =>
  Promise.all(
    asked.map((one) =>
      one.then(
        () => "in",
        (error: { code: string }) => error.code,
      ),
    ),
  );
const count = (outcomes: string[], wanted: string): number => outcomes.filter((one) => one === wanted).length;

describe.skipIf(!hasRedis())("gateways of one Redis", () => {
  test("let as many requests a minute in together as one of them would", async () => {
    const caller = aCaller();
    const both = await twoGateways();
    const asked = Array.from({ length: 20 }, (_, at) =>
      both[at % 2 === 0 ? 0 : 1].admit(caller, { ...allowance, concurrency: 100 }, 0),
    );
    const outcomes = await outcomesOf(asked);
    expect([count(outcomes, "in"), count(outcomes, "rate_limit_exceeded")]).toEqual([6, 14]);
  });

  test("count what is let in, not what is refused", async () => {
    const caller = aCaller();
    const [one, other] = await twoGateways();
    const tight = { ...allowance, requestsPerMinute: 2, concurrency: 1 };
    const first = await one.admit(caller, tight, 0);
    const refused = await outcomesOf(Array.from({ length: 5 }, () => other.admit(caller, tight, 0)));
    expect(count(refused, "concurrency_limit")).toBe(5);
    first.end(0);
    await until(async () => (await outcomesOf([other.admit(caller, tight, 0)]))[0] === "in", "a place is free");
    await expect(one.admit(caller, { ...tight, concurrency: 9 }, 0)).rejects.toMatchObject({
      code: "rate_limit_exceeded",
    });
  });

  test("know of tokens that are expected later than their request was let in", async () => {
    const caller = aCaller();
    const [one, other] = await twoGateways();
    const large = await one.admit(caller, unlimited, 0);
    large.expect(5_000);
    const tokensOf = async (): Promise<string> => {
      const [outcome = ""] = await outcomesOf([other.admit(caller, { ...unlimited, concurrency: 1_000 }, 0)]);
      return outcome;
    };
    await expect.poll(tokensOf).toBe("rate_limit_exceeded");
    large.end(100);
    await expect.poll(tokensOf).toBe("in");
  });

  test("share the places of requests under way, which come back when they end", async () => {
    const caller = aCaller();
    const [one, other] = await twoGateways();
    const places = { ...allowance, requestsPerMinute: 100 };
    const under = await Promise.all([one, other, one, other].map((rates) => rates.admit(caller, places, 0)));
    await expect(one.admit(caller, places, 0)).rejects.toMatchObject({ code: "concurrency_limit" });
    under[1]?.end(0);
    under[1]?.end(0);
    await until(async () => (await outcomesOf([one.admit(caller, places, 0)]))[0] === "in", "a place is free");
    await expect(one.admit(caller, places, 0)).rejects.toMatchObject({ code: "concurrency_limit" });
  });

  test("count what was used by all of them, in place of what was expected", async () => {
    const caller = aCaller();
    const [one, other] = await twoGateways();
    const first = await one.admit(caller, allowance, 900);
    expect(first.headers["x-ratelimit-remaining-tokens"]).toBe("100");
    first.end(300);
    const left = async (): Promise<string | undefined> => {
      const seen = await other.admit(caller, unlimited, 0);
      seen.end(0);
      return seen.headers["x-ratelimit-remaining-tokens"];
    };
    await until(async () => (await left()) === "700", "what was expected is given back");
    (await other.admit(caller, unlimited, 0)).end(700);
    await until(
      async () => (await outcomesOf([one.admit(caller, allowance, 0)]))[0] === "rate_limit_exceeded",
      "all is used",
    );
  });

  test("lose no place to one that doesn't answer for a while, neither of those that end nor of those that begin", async () => {
    const caller = aCaller();
    const [one, other] = await twoGateways({ answerMsMax: 100 });
    const places = { ...allowance, requestsPerMinute: 1_000 };
    const under = await Promise.all([1, 2, 3].map(() => one.admit(caller, places, 0)));
    await redis.pause(300);
    const late = await one.admit(caller, places, 0); // Redis carries it out once it goes on
    for (const admission of [...under, late]) admission.end(0);
    const freeAtOther = async (): Promise<number> => {
      const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => other.admit(caller, places, 0)));
      const admitted = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      for (const admission of admitted) admission.end(0);
      return (await isShared(one, other)) ? admitted.length : 0;
    };
    await expect.poll(freeAtOther, { timeout: 20_000 }).toBe(4);
  });

  test("go on by themselves while it is away, report it once, and share again when it is back", async () => {
    const own = await startRedis();
    const told: string[] = [];
    const [one, other] = await twoGateways({ url: own.url, tell: (problem) => told.push(problem) });
    const caller = aCaller();
    await own.stop();
    await until(() => told.length > 1, "both tell of it");
    const outcomes = await outcomesOf(Array.from({ length: 10 }, () => one.admit(caller, allowance, 0)));
    expect([count(outcomes, "in"), told.length]).toEqual([4, 2]);
    const again = await startRedis(own.port);
    await until(() => isShared(one, other), "they share again");
    await again.stop();
  });
});
