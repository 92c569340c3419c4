import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

// Generous enough for an office behind one address, too slow for a farm of accounts.
const accounts = new RateLimiterMemory({ points: 30, duration: 60 * 60, keyPrefix: "sign-up" });

/** Count an account that somebody at this address wants to make. Returns seconds to wait, 0 where it may be made now. */
export async function countSignUp(address: string): Promise<number> {
  try {
    await accounts.consume(address);
    return 0;
  } catch (reached) {
    if (!(reached instanceof RateLimiterRes)) throw reached;
    return Math.ceil(reached.msBeforeNext / 1000);
  }
}
