import { assert } from "../errors";
import { divideUpToUnit, micros, MICROS_PER_CREDIT, toScale, type Decimal, type Micros } from "../money";
import { applyFactors, withRounding, type Factor } from "./apply-factors";
import type { ChargeLine } from "./line";
import { ratioOf } from "./ratio";
import type { AppliedFactor, Rated } from "./rating";

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
