import { type Decimal, formatDecimal } from "../money";

/** An exact fraction. The denominator is positive; it isn't always in lowest terms. */
export type Ratio = { readonly num: bigint; readonly den: bigint };

export const ZERO: Ratio = { num: 0n, den: 1n };
export const ONE: Ratio = { num: 1n, den: 1n };

const POWERS_OF_TEN = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));
const EXPONENTS = new Map(POWERS_OF_TEN.map((power, exponent) => [power, exponent]));
const powerOfTen = (exponent: number): bigint => POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);

/** A decimal as a fraction. */
export const ratioOf = ({ digits, scale }: Decimal): Ratio => ({ num: digits, den: powerOfTen(scale) });

/** The sum. */
export function add(a: Ratio, b: Ratio): Ratio {
  if (a.den === b.den) return { num: a.num + b.num, den: a.den };
  return { num: a.num * b.den + b.num * a.den, den: a.den * b.den };
}

/** The difference. */
export const subtract = (a: Ratio, b: Ratio): Ratio => add(a, { num: -b.num, den: b.den });

/** The product. */
export const multiply = (a: Ratio, b: Ratio): Ratio => ({ num: a.num * b.num, den: a.den * b.den });

/** The quotient; the divisor is positive. */
export const divide = (a: Ratio, b: Ratio): Ratio => ({ num: a.num * b.den, den: a.den * b.num });

/** Below zero, zero or above it, as `a` is less than, equal to or more than `b`. */
export function compare(a: Ratio, b: Ratio): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a < 0n ? -a : a, b];
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** How many decimal places `1/den` has, or `null` where they never end. `den` is in lowest terms with its numerator. */
function placesOf(den: bigint): number | null {
  let [rest, twos, fives] = [den, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  return rest === 1n ? Math.max(twos, fives) : null;
}

/** The fraction as text, exact: a decimal where it ends (`7.5`), else a fraction in lowest terms (`1/30`). */
export function toText({ num, den }: Ratio): string {
  const exponent = EXPONENTS.get(den);
  if (exponent !== undefined) return formatDecimal(num, exponent);
  const divisor = greatestCommonDivisor(num, den);
  const [top, bottom] = [num / divisor, den / divisor];
  const places = placesOf(bottom);
  return places === null ? `${top}/${bottom}` : formatDecimal((top * powerOfTen(places)) / bottom, places);
}
