import { divideDown, micros, type Micros, type Nanos } from "../money";

/** What vesting is reckoned by: what was granted for which quota, and where both stood at the latest top-up. */
export type VestingTerms = {
  netMicros: Micros;
  quotaNanos: Nanos;
  baseCostNanos: Nanos;
  baseVestedMicros: Micros;
};

/**
 * How much of a contribution has vested once its key has cost so much: the part of what was still to vest at the latest
 * top-up (of all, without one) that the cost since then is of what was left of the quota.
 *
 * It depends on the sum of the costs alone, never falls as it grows, and is all of the net at the quota and above.
 * After USD 50 of 500 and 74,997 credits: 7,499.7.
 * Units: nanodollars, microcredits. Rounding: down.
 */
export function vestedOf(terms: VestingTerms, costNanos: Nanos): Micros {
  const { netMicros, quotaNanos, baseCostNanos, baseVestedMicros } = terms;
  const reached = costNanos < quotaNanos ? costNanos : quotaNanos;
  if (reached >= quotaNanos) return netMicros;
  if (reached <= baseCostNanos) return baseVestedMicros;
  const rest = netMicros - baseVestedMicros;
  const part = divideDown(rest * (reached - baseCostNanos), quotaNanos - baseCostNanos);
  return micros(baseVestedMicros + part);
}
