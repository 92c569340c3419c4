import type { Decimal } from "../money";
import type { ChargeLine } from "./line";
import { multiply, ratioOf, subtract, toText, type Ratio } from "./ratio";
import type { AppliedFactor, Rated } from "./rating";

/** A discount or another multiplier that isn't the card's own, by the name that the usage record shows. */
export type Factor = { name: string; factor: Decimal };

/** A rating with factors on it: still exact, its lines still add up to it. */
export type Multiplied = { total: Ratio; lines: ChargeLine[]; multipliers: AppliedFactor[] };

/** Multiply a rating by factors in order; those of 1 leave no trace. */
export function applyFactors(rating: Rated, factors: readonly Factor[]): Multiplied {
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
export function withRounding({ total, lines }: Multiplied, rounded: Ratio, unit: Ratio): ChargeLine[] {
  const added = subtract(rounded, total);
  return added.num === 0n ? lines : [...lines, { what: "rounding", unit: toText(unit), subtotal: toText(added) }];
}
