import { ScripError } from "@/lib/errors";
import { networkOf } from "@/lib/http";
import type { Uuid } from "@/lib/ids";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { readConfig } from "./config";
import { UNKNOWN_ADDRESS } from "./request";

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

// Only counts: how many are too many is a setting, which may change within the hour.
const accounts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 60 * 60, keyPrefix: "sign-up" });

/** Count an account that somebody at this address wants to make. Returns seconds to wait, 0 where it may be made now. */
export async function countSignUp(address: string, mostAnHour: number): Promise<number> {
  const { consumedPoints, msBeforeNext } = await accounts.consume(address);
  return consumedPoints > mostAnHour ? Math.ceil(msBeforeNext / 1_000) : 0;
}
