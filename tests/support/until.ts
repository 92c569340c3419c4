const STEP_MS = 10;
const SOON_TRIES = 3;

/**
 * Wait until something holds, looking every few milliseconds, the last time after the limit: a machine that stood still
 * meanwhile fails nobody. Errors: throws when it still doesn't hold then.
 */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 10_000): Promise<void> {
  const start = Date.now();
  for (;;) {
    const isLast = Date.now() - start > limitMs;
    if (await holds()) return;
    if (isLast) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

/**
 * Cause something and wait until it holds, which has to come within the limit once of three times: what is always late fails,
 * and not a machine that stood still for a while. Errors: throws where each was late.
 */
export async function untilSoon(
  cause: () => Promise<unknown>,
  holds: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 1_000,
): Promise<void> {
  for (let tries = 0; tries < SOON_TRIES; tries++) {
    await cause();
    const start = Date.now();
    await until(holds, what);
    if (Date.now() - start < limitMs) return;
  }
  throw new Error(`not once of ${SOON_TRIES} times within ${limitMs} ms: ${what}`);
}
