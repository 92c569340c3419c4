import { assert } from "../errors";
import {
  type Decimal,
  divideUp,
  divideUpToUnit,
  micros,
  type Micros,
  MICROS_PER_CREDIT,
  nanos,
  type Nanos,
  NANOS_PER_USD,
  toScale,
} from "../money";
import type { AppliedFactor, ChargeLine, Rated } from "./rating";
import { multiply, type Ratio, ratioOf, subtract, toText } from "./ratio";

/** A discount or another multiplier that isn't the card's own, by the name that the usage record shows. */
export type Factor = { name: string; factor: Decimal };

/** A rating with factors on it: still exact, its lines still add up to it. */
export type Multiplied = { total: Ratio; lines: ChargeLine[]; multipliers: AppliedFactor[] };

/** Multiply a rating by factors in order; those of 1 leave no trace. */
function applyFactors(rating: Rated, factors: readonly Factor[]): Multiplied {
  let { total } = rating;
  const lines: ChargeLine[] = [...rating.lines];
  const multipliers = [...rating.multipliers];
  for (const { name, factor } of factors) {
    const times = toText(ratioOf(factor));
    if (times === "1") continue;
    const after = multiply(total, ratioOf(factor));
    lines.push({ what: "factor", name, times, subtotal: toText(subtract(after, total)) });
    multipliers.push({ name, factor: times });
    total = after;
  }
  return { total, lines, multipliers };
}

/** The lines with one more for what rounding added, where it added something. */
function withRounding({ total, lines }: Multiplied, rounded: Ratio, unit: Ratio): ChargeLine[] {
  const added = subtract(rounded, total);
  return added.num === 0n ? lines : [...lines, { what: "rounding", unit: toText(unit), subtotal: toText(added) }];
}

/** What a request is charged, how it was reckoned, and the multipliers as they were applied, the card's fields first. */
export type Charge = { chargeMicros: Micros; lines: ChargeLine[]; multipliers: AppliedFactor[] };

/**
 * The charge for a rating: × every factor, then rounded up to the charge unit.
 *
 * The lines, that of the rounding included, add up to the charge. Give the factors in order: off-peak, channel, user.
 *
 * Units: microcredits. Rounding: up, once, at the very end.
 */
export function chargeOf(rating: Rated, factors: readonly Factor[], chargeUnit: Decimal): Charge {
  const unitMicros = toScale(chargeUnit, 6);
  assert(unitMicros !== null && unitMicros > 0n, "a charge unit is a whole number of microcredits");
  const multiplied = applyFactors(rating, factors);
  const { num, den } = multiplied.total;
  const chargeMicros = micros(divideUpToUnit(num * MICROS_PER_CREDIT, den, unitMicros));
  const lines = withRounding(multiplied, { num: chargeMicros, den: MICROS_PER_CREDIT }, ratioOf(chargeUnit));
  return { chargeMicros, lines, multipliers: multiplied.multipliers };
}

/** What an attempt cost at the supplier, and how it was reckoned. */
export type Cost = { costNanos: Nanos; lines: ChargeLine[] };

/**
 * The cost of an attempt: the rating of the cost card × the channel's cost factor.
 *
 * Units: nanodollars. Rounding: up, once an attempt.
 */
export function costOf(rating: Rated, costFactor: Decimal): Cost {
  const multiplied = applyFactors(rating, [{ name: "channel cost", factor: costFactor }]);
  const costNanos = nanos(divideUp(multiplied.total.num * NANOS_PER_USD, multiplied.total.den));
  const inUsd = (num: bigint): Ratio => ({ num, den: NANOS_PER_USD });
  return { costNanos, lines: withRounding(multiplied, inUsd(costNanos), inUsd(1n)) };
}
