import { type Decimal, divideDown, micros, type Micros, ZERO_MICROS } from "../money";

/** Of one contribution whose key is live: what was granted, what has vested, what is still to vest. Units: microcredits. */
export type LiveGrant = { netMicros: Micros; vestedMicros: Micros; unvestedMicros: Micros };

/** What the operator lets accounts spend in advance: at most so much, and of a grant this share before anything has vested. */
export type AdvanceTerms = { advance_limit: Micros; advance_at_once: Decimal };

/**
 * How much an account may owe to its vesting: what its live proven grants have still to vest, of each no more than a share of it
 * at once and as much again as has vested, and the limit in all.
 *
 * 74,997 credits at 0.1: 7,499.7 at first, 14,999.4 when 7,499.7 have vested, never more than what is left.
 * Units: microcredits. Rounding: down, for each grant.
 */
export function advanceOf(grants: readonly LiveGrant[], terms: AdvanceTerms): Micros {
  const { digits, scale } = terms.advance_at_once;
  let sum: bigint = ZERO_MICROS;
  for (const { netMicros, vestedMicros, unvestedMicros } of grants) {
    const earned = divideDown(netMicros * digits, 10n ** BigInt(scale)) + vestedMicros;
    sum += earned < unvestedMicros ? earned : unvestedMicros;
  }
  return micros(sum < terms.advance_limit ? sum : terms.advance_limit);
}
