import { type Decimal, divideDown, micros, type Micros, type Nanos } from "../money";

/** What was granted for which quota, and where both stood at the latest top-up. `forgoneMicros` can't vest any more. */
export type GrantTerms = {
  netMicros: Micros;
  quotaNanos: Nanos;
  forgoneMicros: Micros;
  baseCostNanos: Nanos;
  baseDueMicros: Micros;
};

/** What a charge leaves the contributor, and where charges and earnings stood when the fee last changed. */
export type EarningTerms = { feeShare: Decimal; baseChargedMicros: Micros; baseEarnedMicros: Micros };

export type VestingTerms = GrantTerms & EarningTerms;

/** How far a contribution has come: what its key has cost, what its requests were charged, what has vested. */
export type Progress = { costNanos: Nanos; chargedMicros: Micros; vestedMicros: Micros };

/**
 * How much of a grant is due once its key has cost so much: the part of what was still to vest at the latest top-up (of all,
 * without one) that the cost since then is of what was left of the quota.
 *
 * It depends on the sum of the costs alone, never falls as it grows, and is all that can vest at the quota and above.
 * After USD 50 of 500 and 74,997 credits: 7,499.7.
 * Units: nanodollars, microcredits. Rounding: down.
 */
export function dueOf(terms: GrantTerms, costNanos: Nanos): Micros {
  const { netMicros, quotaNanos, forgoneMicros, baseCostNanos, baseDueMicros } = terms;
  const most = netMicros - forgoneMicros;
  if (costNanos >= quotaNanos) return micros(most);
  if (costNanos <= baseCostNanos) return baseDueMicros;
  const rest = most - baseDueMicros;
  return micros(baseDueMicros + divideDown(rest * (costNanos - baseCostNanos), quotaNanos - baseCostNanos));
}

/**
 * How much the requests that a key served have earned its owner: what they were charged, less the fee of the grant.
 *
 * At a fee of 10%, requests charged 18.156 credits earn 16.3404.
 * Units: microcredits. Rounding: down.
 */
export function earnedOf(terms: EarningTerms, chargedMicros: Micros): Micros {
  const { feeShare, baseChargedMicros, baseEarnedMicros } = terms;
  const one = 10n ** BigInt(feeShare.scale);
  return micros(baseEarnedMicros + divideDown((chargedMicros - baseChargedMicros) * (one - feeShare.digits), one));
}

/**
 * How much of a contribution has vested: what is due, as far as its requests have earned it. What has vested stays vested,
 * whatever is refunded.
 *
 * Units: microcredits.
 */
export function vestedOf(terms: VestingTerms, { costNanos, chargedMicros, vestedMicros }: Progress): Micros {
  const [due, earned] = [dueOf(terms, costNanos), earnedOf(terms, chargedMicros)];
  const reached = due < earned ? due : earned;
  return reached > vestedMicros ? reached : vestedMicros;
}
