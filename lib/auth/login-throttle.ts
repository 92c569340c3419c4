import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

// Failures are counted by where they come from, alone and with the e-mail address they tried: whoever guesses is
// stopped, and the owner of the address, elsewhere, is not.
const byOriginAndEmail = new RateLimiterMemory({ keyPrefix: "pair", points: 10, duration: 15 * 60 });
const byOrigin = new RateLimiterMemory({ keyPrefix: "origin", points: 100, duration: 60 * 60 });

const limits = (origin: string, email: string): [RateLimiterMemory, string][] => [
  [byOriginAndEmail, `${origin} ${email}`],
  [byOrigin, origin],
];

/** Seconds to wait before the next attempt; 0 where it may be made now. */
export async function loginWaitS(origin: string, email: string): Promise<number> {
  let waitMs = 0;
  for (const [limiter, key] of limits(origin, email)) {
    const used = await limiter.get(key);
    if (used && used.remainingPoints <= 0) waitMs = Math.max(waitMs, used.msBeforeNext);
  }
  return Math.ceil(waitMs / 1000);
}

/** Count a failed attempt. */
export async function countFailedLogin(origin: string, email: string): Promise<void> {
  for (const [limiter, key] of limits(origin, email)) {
    await limiter.consume(key).catch((reason: unknown) => {
      if (!(reason instanceof RateLimiterRes)) throw reason; // it rejects with its state when the limit is passed
    });
  }
}

/** Forget the failures of a pair that has just signed in. */
export async function forgetFailedLogins(origin: string, email: string): Promise<void> {
  await byOriginAndEmail.delete(`${origin} ${email}`);
}
