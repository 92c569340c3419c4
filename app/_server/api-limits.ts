import { RateLimiterMemory } from "rate-limiter-flexible";
import { ScripError } from "@/lib/errors";
import { networkOf } from "@/lib/http";
import type { Uuid } from "@/lib/ids";
import { readConfig } from "./config";
import { UNKNOWN_ADDRESS } from "./caller";

/** Calls that are limited by themselves, beside the limit of all calls: each costs a third party or a gateway something. */
export type CostlyCall = "quotes" | "checkouts" | "keys";
type Limited = CostlyCall | "requests";

/** An address may be an office: it has so many times what an account has. */
const ADDRESS_TIMES = 5;
const RETRY_AFTER_S_MAX = 60;

// They only count, each process by itself: how many are too many is a setting, which may change meanwhile.
const counting = (duration: number, keyPrefix: string) =>
  new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration, keyPrefix });
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const COUNTERS = {
  requests: counting(MINUTE_S, "api-requests"),
  quotes: counting(HOUR_S, "api-quotes"),
  checkouts: counting(HOUR_S, "api-checkouts"),
  keys: counting(HOUR_S, "api-keys"),
} satisfies Record<Limited, RateLimiterMemory>;
const NAMES: Record<Limited, string> = {
  requests: "calls in the last minute",
  quotes: "quotes in the last hour",
  checkouts: "checkouts in the last hour",
  keys: "API keys made or rotated in the last hour",
};

async function limitOf(what: Limited): Promise<number> {
  const { api_limits: limits } = (await readConfig()).settings;
  return what === "requests" ? limits.requests_per_minute : limits[`${what}_per_hour`];
}

async function count(what: Limited, key: string, most: number): Promise<void> {
  const { consumedPoints, msBeforeNext } = await COUNTERS[what].consume(key);
  if (consumedPoints <= most) return;
  const seconds = Math.ceil(msBeforeNext / 1000);
  const wait = seconds > 120 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
  throw new ScripError("rate_limit_exceeded", `Too many ${NAMES[what]}. Try again in ${wait}.`, {
    retryAfterS: Math.min(seconds, RETRY_AFTER_S_MAX),
  });
}

/** What a call counts against. */
export const limitsOf = (costly?: CostlyCall): readonly Limited[] => (costly ? ["requests", costly] : ["requests"]);

/** Count a call by the network that it comes from. Errors: `rate_limit_exceeded`. */
export async function countAddress(limits: readonly Limited[], address: string): Promise<void> {
  // The web port names an address for every request; who calls without it is on this machine.
  if (address === UNKNOWN_ADDRESS) return;
  for (const what of limits) await count(what, `address ${networkOf(address)}`, (await limitOf(what)) * ADDRESS_TIMES);
}

/** Count a call by the account that makes it. Errors: `rate_limit_exceeded`. */
export async function countAccount(limits: readonly Limited[], userId: Uuid): Promise<void> {
  for (const what of limits) await count(what, `account ${userId}`, await limitOf(what));
}
