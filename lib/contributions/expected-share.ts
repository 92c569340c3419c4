import type { Tx } from "../db";
import { type Decimal, divideDown } from "../money";
import { sumServed } from "./expected-share.store";

/** Of what a provider's contributed keys are granted, how much is expected to vest, by so many requests that they served. */
export type ExpectedShare = { provider: string; requests: bigint; share: Decimal };

const RECENT_MS = 30 * 24 * 3_600_000;
// Enough to tell a share by, however many there are.
const ATTEMPTS_MAX = 20_000;
const PLACES = 4;

/**
 * The expected share of each provider whose contributed keys served in the last 30 days: what their charges earn of what their
 * costs made due, key by key.
 *
 * Rounding: down to four places.
 */
export async function readExpectedShares(reader: Tx, nowMs: number): Promise<ExpectedShare[]> {
  const served = await sumServed(reader, nowMs - RECENT_MS, ATTEMPTS_MAX);
  return served.map(({ provider, requests, dueMicros, earnedMicros }) => ({
    provider,
    requests,
    share: { digits: divideDown(earnedMicros * 10n ** BigInt(PLACES), dueMicros), scale: PLACES },
  }));
}
