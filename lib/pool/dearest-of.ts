import { type Decimal, toScale } from "../money";

const SCALE_MAX = 30;

/** The greatest of some decimals, or null of none. */
export function dearestOf(decimals: readonly Decimal[]): Decimal | null {
  let dearest: Decimal | null = null;
  for (const decimal of decimals) {
    if (dearest === null || (toScale(decimal, SCALE_MAX) ?? 0n) > (toScale(dearest, SCALE_MAX) ?? 0n))
      dearest = decimal;
  }
  return dearest;
}
