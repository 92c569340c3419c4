import { RateLimiterMemory } from "rate-limiter-flexible";

// Only counts: how many are too many is a setting, which may change within the hour.
const accounts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 60 * 60, keyPrefix: "sign-up" });

/** Count an account that somebody at this address wants to make. Returns seconds to wait, 0 where it may be made now. */
export async function countSignUp(address: string, mostAnHour: number): Promise<number> {
  const { consumedPoints, msBeforeNext } = await accounts.consume(address);
  return consumedPoints > mostAnHour ? Math.ceil(msBeforeNext / 1_000) : 0;
}
