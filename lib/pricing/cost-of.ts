import { divideUp, nanos, NANOS_PER_USD, type Decimal, type Nanos } from "../money";
import { applyFactors, withRounding } from "./apply-factors";
import type { ChargeLine } from "./line";
import type { Ratio } from "./ratio";
import type { Rated } from "./rating";

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
