import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { ScripError } from "../../lib/errors";
import { type Decimal, parseDecimal } from "../../lib/money";
import type { Settings } from "../../lib/settings";
import type { Caller } from "./callers";

/** What an account may do: its tier's limits, or those set for it by hand. */
export type Allowance = { requestsPerMinute: number; tokensPerMinute: number; concurrency: number; discount: Decimal };

/** A request that was let in: its place among those under way, and what the reply says of the limits. */
export type Admission = {
  headers: Record<string, string>;
  /** The request ended having used so many tokens. */
  end(tokens: number): void;
};

export type Rates = {
  /** Errors: `ScripError` rate_limit_exceeded, concurrency_limit. */
  admit(caller: Caller, allowance: Allowance, tokensExpected: number): Promise<Admission>;
};

const MINUTE_S = 60;
/** The limiters only count: what is too much depends on the account. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;
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

const secondsLeft = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

function refuse(what: "requests" | "tokens", limit: number, used: RateLimiterRes): ScripError {
  const message = `Your account may use ${limit} ${what} a minute. Wait ${secondsLeft(used)} s, or ask for a higher limit.`;
  return new ScripError("rate_limit_exceeded", message, { retryAfterS: secondsLeft(used) });
}

/** Rates of this process's own. */
export function createRates(): Rates {
  const requests = new RateLimiterMemory({ keyPrefix: "requests", points: UNBOUNDED, duration: MINUTE_S });
  const tokens = new RateLimiterMemory({ keyPrefix: "tokens", points: UNBOUNDED, duration: MINUTE_S });
  const underWay = new Map<string, number>();

  function leave(account: string): void {
    const left = (underWay.get(account) ?? 1) - 1;
    if (left > 0) underWay.set(account, left);
    else underWay.delete(account);
  }

  return {
    async admit({ user }, { requestsPerMinute, tokensPerMinute, concurrency }, tokensExpected) {
      const asked = await requests.consume(user.id, 1);
      if (asked.consumedPoints > requestsPerMinute) throw refuse("requests", requestsPerMinute, asked);
      const counted = await tokens.consume(user.id, tokensExpected);
      // What was used before decides, so that one large request can pass a small limit when nothing else does.
      if (counted.consumedPoints - tokensExpected >= tokensPerMinute) {
        await tokens.reward(user.id, tokensExpected);
        throw refuse("tokens", tokensPerMinute, counted);
      }
      const others = underWay.get(user.id) ?? 0;
      if (others >= concurrency) {
        await tokens.reward(user.id, tokensExpected);
        const message = `Your account may have ${concurrency} requests under way. Wait for one to end.`;
        throw new ScripError("concurrency_limit", message, { retryAfterS: 1 });
      }
      underWay.set(user.id, others + 1);
      let isUnderWay = true;
      return {
        headers: {
          "x-ratelimit-limit-requests": String(requestsPerMinute),
          "x-ratelimit-remaining-requests": String(Math.max(0, requestsPerMinute - asked.consumedPoints)),
          "x-ratelimit-reset-requests": `${secondsLeft(asked)}s`,
          "x-ratelimit-limit-tokens": String(tokensPerMinute),
          "x-ratelimit-remaining-tokens": String(Math.max(0, tokensPerMinute - counted.consumedPoints)),
          "x-ratelimit-reset-tokens": `${secondsLeft(counted)}s`,
        },
        end(used) {
          if (!isUnderWay) return;
          isUnderWay = false;
          leave(user.id);
          const difference = used - tokensExpected;
          const corrected = difference > 0 ? tokens.penalty(user.id, difference) : tokens.reward(user.id, -difference);
          corrected.catch(() => undefined); // memory can't fail; a minute's count is no promise anyway
        },
      };
    },
  };
}
