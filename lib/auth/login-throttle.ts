import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

// Attempts that fail are counted by where they come from, alone and with the e-mail address they tried: whoever guesses is
// stopped, and the owner of the address, elsewhere, is not.
const byOriginAndEmail = new RateLimiterMemory({ keyPrefix: "pair", points: 10, duration: 15 * 60 });
const byOrigin = new RateLimiterMemory({ keyPrefix: "origin", points: 100, duration: 60 * 60 });

// A browser that has signed in to the account before is counted by itself: others behind its address don't lock it out.
const byDevice = new RateLimiterMemory({ keyPrefix: "device", points: 10, duration: 15 * 60 });

const limits = (origin: string, email: string): [RateLimiterMemory, string][] => [
  [byOriginAndEmail, `${origin} ${email}`],
  [byOrigin, origin],
];

/** Count an attempt with a limiter. Gives how long to wait, 0 where it may be made. Units: milliseconds. */
const count = (limiter: RateLimiterMemory, key: string): Promise<number> =>
  limiter.consume(key).then(
    () => 0,
    (reached: unknown) => {
      if (reached instanceof RateLimiterRes) return reached.msBeforeNext;
      throw reached;
    },
  );

/**
 * Count an attempt before its password is looked at, so that many at once don't pass each other by. Gives seconds to wait,
 * 0 where it may be made now. What is stopped for its address isn't counted against its origin.
 */
export async function countLogin(origin: string, email: string): Promise<number> {
  for (const [limiter, key] of limits(origin, email)) {
    const waitMs = await count(limiter, key);
    if (waitMs > 0) return Math.ceil(waitMs / 1000);
  }
  return 0;
}

/** As `countLogin`, of a browser that has signed in to the account before. Gives seconds to wait. */
export const countDeviceLogin = async (device: string): Promise<number> =>
  Math.ceil((await count(byDevice, device)) / 1000);

/** Forget the attempts of a device that has just signed in. */
export const forgetDeviceLogins = (device: string): Promise<boolean> => byDevice.delete(device);

/** Forget the attempts of a pair that has just signed in; this one was no failure of its origin's. */
export async function forgetLogins(origin: string, email: string): Promise<void> {
  await byOriginAndEmail.delete(`${origin} ${email}`);
  await byOrigin.reward(origin);
}
