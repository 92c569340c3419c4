import { ScripError } from "../../lib/errors";
import { type Decimal, parseDecimal } from "../../lib/money";
import type { Settings } from "../../lib/settings";
import { nowMs } from "../../lib/time";
import type { Caller } from "./authenticate";
import { createMinuteWindow, type Used } from "./minute-window";

/** What an account may do: its tier's limits, or those set for it by hand. */
export type Allowance = { requestsPerMinute: number; tokensPerMinute: number; concurrency: number; discount: Decimal };

/** A request that was let in: its place among those under way, and what the reply says of the limits. */
export type Admission = {
  headers: Record<string, string>;
  /** How many tokens the request is expected to use, where that wasn't known when it was let in. */
  expect(tokens: number): void;
  /** The request ended having used so many tokens. */
  end(tokens: number): void;
};

export type Rates = {
  /** One that is refused counts as none. Errors: `ScripError` rate_limit_exceeded, concurrency_limit. */
  admit(caller: Caller, allowance: Allowance, tokensExpected: number): Promise<Admission>;
  stop(): void;
};

const ONE: Decimal = { digits: 1n, scale: 0 };

/** The account's tier, or the first one, with what was set by hand in its place. */
export function allowanceOf({ user }: Caller, { tiers }: Settings): Allowance {
  const tier = tiers.find(({ id }) => id === user.tier) ?? tiers[0];
  const { limits } = user;
  const discount = limits?.discount === undefined ? tier?.discount : parseDecimal(String(limits.discount));
  return {
    requestsPerMinute: limits?.requests_per_minute ?? tier?.requests_per_minute ?? 0,
    tokensPerMinute: limits?.tokens_per_minute ?? tier?.tokens_per_minute ?? 0,
    concurrency: limits?.concurrency ?? tier?.concurrency ?? 0,
    discount: !discount || discount.digits === 0n ? ONE : discount,
  };
}

const secondsLeft = ({ endsMs }: Used): number => Math.max(1, Math.ceil((endsMs - nowMs()) / 1_000));

/** The refusal of a request beyond the minute's limit. */
export function refuse(what: "requests" | "tokens", limit: number, used: Used): ScripError {
  const message = `Your account may use ${limit} ${what} a minute. Wait ${secondsLeft(used)} s, or ask for a higher limit.`;
  return new ScripError("rate_limit_exceeded", message, { retryAfterS: secondsLeft(used) });
}

/** The refusal of a request beside too many others. */
export function tooManyUnderWay(concurrency: number): ScripError {
  const message = `Your account may have ${concurrency} requests under way. Wait for one to end.`;
  return new ScripError("concurrency_limit", message, { retryAfterS: 1 });
}

const left = (limit: number, { amount }: Used): string => String(Math.max(0, limit - amount));

/** What a reply says of the limits, and of what was used before it. */
export const limitHeaders = (allowance: Allowance, requests: Used, tokens: Used): Admission["headers"] => ({
  "x-ratelimit-limit-requests": String(allowance.requestsPerMinute),
  "x-ratelimit-remaining-requests": left(allowance.requestsPerMinute, requests),
  "x-ratelimit-reset-requests": `${secondsLeft(requests)}s`,
  "x-ratelimit-limit-tokens": String(allowance.tokensPerMinute),
  "x-ratelimit-remaining-tokens": left(allowance.tokensPerMinute, tokens),
  "x-ratelimit-reset-tokens": `${secondsLeft(tokens)}s`,
});

/**
 * What a request that ends adds to the present minute, beside the expectation that was added when it began. In a later
 * minute there is nothing to give back: what was expected counted in its own.
 */
export function tokensToAdd({ used, expected, expectedIn }: { used: number; expected: number; expectedIn: number }) {
  const difference = used - expected;
  return nowMs() < expectedIn ? difference : Math.max(0, difference);
}

/** Rates of this process's own: what several gateways let through adds up. */
export function createRates(): Rates {
  const requests = createMinuteWindow();
  const tokens = createMinuteWindow();
  const underWay = new Map<string, number>();

  function leave(account: string): void {
    const others = (underWay.get(account) ?? 1) - 1;
    if (others > 0) underWay.set(account, others);
    else underWay.delete(account);
  }

  return {
    async admit({ user }, allowance, tokensExpected) {
      const { requestsPerMinute, tokensPerMinute, concurrency } = allowance;
      const atMs = nowMs();
      const asked = requests.add(user.id, 0, atMs);
      if (asked.amount >= requestsPerMinute) throw refuse("requests", requestsPerMinute, asked);
      const counted = tokens.add(user.id, 0, atMs);
      // What was used before decides, so that one large request can pass a small limit when nothing else does.
      if (counted.amount >= tokensPerMinute) throw refuse("tokens", tokensPerMinute, counted);
      const others = underWay.get(user.id) ?? 0;
      if (others >= concurrency) throw tooManyUnderWay(concurrency);
      requests.add(user.id, 1, atMs);
      const expectedIn = tokens.add(user.id, tokensExpected, atMs).endsMs;
      let expected = tokensExpected;
      underWay.set(user.id, others + 1);
      let isUnderWay = true;
      return {
        headers: limitHeaders(allowance, asked, counted),
        expect(now) {
          if (!isUnderWay) return;
          tokens.add(user.id, tokensToAdd({ used: now, expected, expectedIn }), nowMs());
          expected = now;
        },
        end(used) {
          if (!isUnderWay) return;
          isUnderWay = false;
          leave(user.id);
          tokens.add(user.id, tokensToAdd({ used, expected, expectedIn }), nowMs());
        },
      };
    },
    stop() {},
  };
}
