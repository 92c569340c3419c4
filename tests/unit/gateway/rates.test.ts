import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Caller } from "../../../workers/gateway/authenticate";
import { createRates } from "../../../workers/gateway/rates";

const caller = { user: { id: "u" } } as unknown as Caller; // nothing else of a caller is read
const ONE = { digits: 1n, scale: 0 };
const allowance = { requestsPerMinute: 100, tokensPerMinute: 1_000, concurrency: 10, discount: ONE };
const START = Date.UTC(2026, 10, 25);

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the tokens of a minute", () => {
  it("are what was used, not what was expected, where a request ends in the minute of its beginning", async () => {
    const rates = createRates();
    (await rates.admit(caller, allowance, 5_000)).end(100);
    expect((await rates.admit(caller, allowance, 0)).headers["x-ratelimit-remaining-tokens"]).toBe("900");
  });

  it("aren't given back from what others used in a later minute", async () => {
    const rates = createRates();
    const early = await rates.admit(caller, allowance, 800);
    vi.setSystemTime(START + 61_000);
    (await rates.admit(caller, allowance, 600)).end(600);
    early.end(50);
    expect((await rates.admit(caller, allowance, 0)).headers["x-ratelimit-remaining-tokens"]).toBe("400");
  });

  it("are expected later where nobody knew them when the request was let in, and once", async () => {
    const rates = createRates();
    const large = await rates.admit(caller, allowance, 0);
    large.expect(5_000);
    await expect(rates.admit(caller, allowance, 10)).rejects.toThrow("1000 tokens a minute");
    large.end(100);
    large.expect(5_000);
    expect((await rates.admit(caller, allowance, 0)).headers["x-ratelimit-remaining-tokens"]).toBe("900");
  });

  it("count in the minute of the end as far as they were more than expected", async () => {
    const rates = createRates();
    const early = await rates.admit(caller, allowance, 100);
    vi.setSystemTime(START + 61_000);
    early.end(1_100);
    await expect(rates.admit(caller, allowance, 10)).rejects.toThrow("1000 tokens a minute");
  });
});

describe("the requests of a minute", () => {
  it("are those that were let in: what is refused, for whatever limit, counts as none", async () => {
    const rates = createRates();
    const tight = { ...allowance, requestsPerMinute: 2, concurrency: 1 };
    const first = await rates.admit(caller, tight, 0);
    for (let tries = 0; tries < 5; tries++) {
      await expect(rates.admit(caller, tight, 0)).rejects.toMatchObject({ code: "concurrency_limit" });
    }
    first.end(0);
    const second = await rates.admit(caller, tight, 0);
    expect(second.headers["x-ratelimit-remaining-requests"]).toBe("0");
    second.end(0);
    await expect(rates.admit(caller, tight, 0)).rejects.toMatchObject({ code: "rate_limit_exceeded" });
  });
});
