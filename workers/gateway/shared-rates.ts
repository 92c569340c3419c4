import { newUuid } from "../../lib/ids";
import { openScripts, type Scripts } from "../../lib/redis";
import { nowMs } from "../../lib/time";
import { limitHeaders, type Rates, refuse, tooManyUnderWay, tokensToAdd } from "./rates";

// A place among those under way lasts so long without being renewed: that of a gateway which died is free again then.
const PLACE_MS = 60_000;
const RENEW_MS = 20_000;
const TELL_AGAIN_MS = 250;
const MINUTE_MS = 60_000;

const LET_IN = 0;
const OVER_REQUESTS = 1;
const OVER_TOKENS = 2;
const OVER_PLACES = 3;

/** KEYS: requests, tokens, places. Gives the verdict, and how much of each is used and for how long; counts who is let in. */
const ADMIT = `
local requests_max, tokens_max, places_max, expected = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local requests = tonumber(redis.call('GET', KEYS[1]) or '0')
local requests_ms = redis.call('PTTL', KEYS[1])
if requests_ms < 0 then requests_ms = ${MINUTE_MS} end
local tokens = tonumber(redis.call('GET', KEYS[2]) or '0')
local tokens_ms = redis.call('PTTL', KEYS[2])
if tokens_ms < 0 then tokens_ms = ${MINUTE_MS} end
if requests >= requests_max then return {${OVER_REQUESTS}, requests, requests_ms, tokens, tokens_ms} end
if tokens >= tokens_max then return {${OVER_TOKENS}, requests, requests_ms, tokens, tokens_ms} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if redis.call('ZCARD', KEYS[3]) >= places_max then return {${OVER_PLACES}, requests, requests_ms, tokens, tokens_ms} end
redis.call('ZADD', KEYS[3], now + ${PLACE_MS}, ARGV[5])
redis.call('PEXPIRE', KEYS[3], ${PLACE_MS})
requests = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], requests_ms)
redis.call('INCRBY', KEYS[2], expected)
redis.call('PEXPIRE', KEYS[2], tokens_ms)
return {${LET_IN}, requests, requests_ms, tokens + expected, tokens_ms}`;

/**
 * KEYS: tokens, places. ARGV: the place, and how many tokens were used beyond what was expected. Of a place that isn't
 * there nothing is counted: it was told before, or never taken.
 */
const END = `
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return {0} end
local more = tonumber(ARGV[2])
if more == 0 then return {0} end
local tokens_ms = redis.call('PTTL', KEYS[1])
if tokens_ms < 0 then tokens_ms = ${MINUTE_MS} end
local tokens = math.max(0, tonumber(redis.call('GET', KEYS[1]) or '0') + more)
redis.call('SET', KEYS[1], string.format('%d', tokens), 'PX', math.max(1, tokens_ms))
return {tokens}`;

/** KEYS: tokens, places. ARGV: the place, and how many tokens more it is expected to use. */
const EXPECT = `
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return {0} end
local tokens_ms = redis.call('PTTL', KEYS[1])
if tokens_ms < 0 then tokens_ms = ${MINUTE_MS} end
local tokens = math.max(0, tonumber(redis.call('GET', KEYS[1]) or '0') + tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%d', tokens), 'PX', math.max(1, tokens_ms))
return {tokens}`;

/** KEYS: places. ARGV: those of an account that are still taken. */
const RENEW = `
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ${PLACE_MS}
for _, place in ipairs(ARGV) do redis.call('ZADD', KEYS[1], 'XX', until_ms, place) end
redis.call('PEXPIRE', KEYS[1], ${PLACE_MS})
return {#ARGV}`;

const keysOf = (account: string) => {
  const of = (what: string): string => `rates:${account}:${what}`;
  return { requests: of("requests"), tokens: of("tokens"), places: of("places") };
};

/** A request that ended, and what it used beyond what was expected. Units: tokens. */
type End = { account: string; place: string; more: number };

/** Tells Redis of ends, and again until it was heard: one that isn't told would keep its place until that runs out. */
function createEnds(redis: Scripts<"end">) {
  let untold: (End & { atMs: number })[] = [];

  async function send(end: End & { atMs: number }): Promise<boolean> {
    const { tokens, places } = keysOf(end.account);
    const isTold = Array.isArray(await redis.run("end", [tokens, places], [end.place, end.more]));
    if (!isTold) untold.push(end);
    return isTold;
  }
  /** One first: the others only where that one was heard. */
  async function sendAgain(): Promise<void> {
    const [first, ...others] = untold.filter(({ atMs }) => nowMs() - atMs < PLACE_MS);
    untold = [];
    if (!first) return;
    if (await send(first)) for (const end of others) void send(end);
    else untold.push(...others);
  }
  const again = setInterval(() => void sendAgain(), TELL_AGAIN_MS);
  return {
    tell: (end: End): void => void send({ ...end, atMs: nowMs() }),
    tellLater: (end: End): void => void untold.push({ ...end, atMs: nowMs() }),
    stop: (): void => clearInterval(again),
  };
}

/** The places that this process has taken, which it renews while their requests are under way. */
function createPlaces(redis: Scripts<"renew">) {
  const taken = new Map<string, Set<string>>();
  const renewing = setInterval(() => {
    for (const [account, places] of taken) void redis.run("renew", [keysOf(account).places], [...places]);
  }, RENEW_MS);
  return {
    has: (account: string, place: string): boolean => taken.get(account)?.has(place) === true,
    take(account: string, place: string): void {
      const places = taken.get(account);
      if (places) places.add(place);
      else taken.set(account, new Set([place]));
    },
    giveBack(account: string, place: string): void {
      const places = taken.get(account);
      places?.delete(place);
      if (places?.size === 0) taken.delete(account);
    },
    stop: (): void => clearInterval(renewing),
  };
}

/**
 * Rates that all gateways of one Redis share. While it is away each process counts for itself, by `own`; and for a second
 * after it took longer than `answerMsMax`.
 *
 * One step in Redis lets a request in or not; its end is told without waiting for an answer.
 */
export function createSharedRates(
  redisUrl: string,
  own: Rates,
  tellProblem: (problem: string, error: unknown) => void,
  answerMsMax?: number,
): Rates {
  const redis = openScripts(
    redisUrl,
    { admit: ADMIT, expect: EXPECT, end: END, renew: RENEW },
    tellProblem,
    answerMsMax,
  );
  const ends = createEnds(redis);
  const places = createPlaces(redis);

  /** What a request that was let in may do: its tokens count in the minute that ends then. */
  function admissionOf(account: string, place: string, tokensExpected: number, endsMs: number) {
    const { tokens, places: placesKey } = keysOf(account);
    let expected = tokensExpected;
    const beyond = (used: number): number => tokensToAdd({ used, expected, expectedIn: endsMs });
    return {
      expect(now: number): void {
        if (!places.has(account, place)) return;
        void redis.run("expect", [tokens, placesKey], [place, beyond(now)]);
        expected = now;
      },
      end(used: number): void {
        if (!places.has(account, place)) return;
        places.giveBack(account, place);
        ends.tell({ account, place, more: beyond(used) });
      },
    };
  }

  return {
    async admit(caller, allowance, tokensExpected) {
      const account = caller.user.id;
      const { requestsPerMinute, tokensPerMinute, concurrency } = allowance;
      const keys = keysOf(account);
      const place = newUuid(nowMs());
      const limits = [requestsPerMinute, tokensPerMinute, concurrency, tokensExpected, place];
      const answer = await redis.run("admit", [keys.requests, keys.tokens, keys.places], limits);
      if (answer === "unanswered") ends.tellLater({ account, place, more: -tokensExpected });
      if (!Array.isArray(answer)) return own.admit(caller, allowance, tokensExpected);
      const [verdict, requests = 0, requestsMs = 0, tokens = 0, tokensMs = 0] = answer;
      const asked = { amount: requests, endsMs: nowMs() + requestsMs };
      const counted = { amount: tokens, endsMs: nowMs() + tokensMs };
      if (verdict === OVER_REQUESTS) throw refuse("requests", requestsPerMinute, asked);
      if (verdict === OVER_TOKENS) throw refuse("tokens", tokensPerMinute, counted);
      if (verdict !== LET_IN) throw tooManyUnderWay(concurrency);
      places.take(account, place);
      const headers = limitHeaders(allowance, asked, counted);
      return { headers, ...admissionOf(account, place, tokensExpected, counted.endsMs) };
    },
    stop() {
      places.stop();
      ends.stop();
      redis.close();
      own.stop();
    },
  };
}
