import {
  type Decimal,
  divideDown,
  divideUp,
  type Micros,
  micros,
  MICROS_PER_CREDIT,
  type Nanos,
  nanos,
  NANOS_PER_USD,
  ZERO_NANOS,
} from "../money";
import type { Ratio } from "../pricing";

/** What a provider's reference request is sold for and what it costs, both exact. Units: credits, US dollars. */
export type ReferenceRequest = { price: Ratio; cost: Ratio };

/** What a quota is worth. Units: requests, microcredits. `grossMicros` is the fee and the net together. */
export type Valuation = { requests: bigint; grossMicros: Micros; feeMicros: Micros; netMicros: Micros };

/**
 * What a quota is worth: how many reference requests it pays for, what these are sold for, the fee, and the rest.
 *
 * USD 500 at a cost of 0.03 and a price of 5: 16,666 requests, 83,330 credits, a fee of 8,333 at 10%, 74,997 net.
 * Rounding: requests down; gross down to a microcredit; fee up to a microcredit.
 */
export function valueQuota(quotaNanos: Nanos, { price, cost }: ReferenceRequest, fee: Decimal): Valuation {
  const requests = divideDown(quotaNanos * cost.den, cost.num * NANOS_PER_USD);
  const grossMicros = micros(divideDown(requests * price.num * MICROS_PER_CREDIT, price.den));
  const feeMicros = micros(divideUp(grossMicros * fee.digits, 10n ** BigInt(fee.scale)));
  return { requests, grossMicros, feeMicros, netMicros: micros(grossMicros - feeMicros) };
}

/**
 * What a validation took from a balance that was reported before and after it: at most the cost of a reference request, so that what
 * is spent elsewhere at that moment isn't taken for ours. Units: nanodollars. Rounding: up, of that cost.
 */
export function validationCostOf(before: Nanos, after: Nanos | null, { cost }: ReferenceRequest): Nanos {
  if (after === null || after >= before) return ZERO_NANOS;
  const [spent, max] = [before - after, divideUp(cost.num * NANOS_PER_USD, cost.den)];
  return nanos(spent < max ? spent : max);
}

/** What was granted for which quota, and where both stood at the latest top-up. `forgoneMicros` can't vest any more. */
type GrantTerms = {
  netMicros: Micros;
  quotaNanos: Nanos;
  forgoneMicros: Micros;
  baseCostNanos: Nanos;
  baseDueMicros: Micros;
};

/** What a charge leaves the contributor, and where charges and earnings stood when the fee last changed. */
type EarningTerms = { feeShare: Decimal; baseChargedMicros: Micros; baseEarnedMicros: Micros };

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
  const vestable = netMicros - forgoneMicros;
  if (costNanos >= quotaNanos) return micros(vestable);
  if (costNanos <= baseCostNanos) return baseDueMicros;
  const rest = vestable - baseDueMicros;
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

/** What is still to vest of a contribution: nothing once it is closed or its quota is used up. Units: microcredits. */
export const remainingOf = (grant: { netMicros: Micros; vestedMicros: Micros; takenMicros: Micros }): Micros =>
  micros(grant.netMicros - grant.vestedMicros - grant.takenMicros);

/** What is due of a contribution, and waits until its requests have been charged enough. Units: microcredits. */
export function heldBackOf(grant: GrantTerms & Progress & { takenMicros: Micros }): Micros {
  const [owing, remaining] = [dueOf(grant, grant.costNanos) - grant.vestedMicros, remainingOf(grant)];
  return micros(owing < remaining ? (owing > 0n ? owing : 0n) : remaining);
}
