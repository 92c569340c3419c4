import { assert } from "./errors";

/**
 * Amounts and every rounding of them.
 *
 * Units: `Micros` are millionths of a credit, `Nanos` are 10⁻⁹ US dollars. Both are whole numbers that fit 64 bits.
 */
export type Micros = bigint & { readonly unit: "µcr" };
export type Nanos = bigint & { readonly unit: "nUSD" };

export const MICROS_PER_CREDIT = 1_000_000n;
export const NANOS_PER_USD = 1_000_000_000n;
export const NANOS_PER_CENT = 10_000_000n;
export const ZERO_MICROS = 0n as Micros;
export const ZERO_NANOS = 0n as Nanos;

/** Brand a whole number of microcredits. */
export const micros = (value: bigint): Micros => value as Micros;
/** Brand a whole number of nanodollars. */
export const nanos = (value: bigint): Nanos => value as Nanos;

/** A number written in decimal: `digits × 10^-scale`, exact. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Read a decimal literal exactly, exponents included.
 *
 * Errors: returns `null` for anything that is no decimal literal.
 */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** A decimal that was stored as text. Errors: an assertion that names `what`, where it is none. */
export function storedDecimal(text: string, what: string): Decimal {
  const decimal = parseDecimal(text);
  assert(decimal, `${what} isn't a decimal: ${text}`);
  return decimal;
}

/** How many significant digits a decimal has, trailing zeros not counted. */
export function significantDigits({ digits }: Decimal): number {
  const text = (digits < 0n ? -digits : digits).toString().replace(/0+$/, "");
  return text.length;
}

/** The decimal as a whole number of 10^-scale units, or `null` where it has more places than that. */
export function toScale(decimal: Decimal, scale: number): bigint | null {
  if (decimal.scale <= scale) return decimal.digits * 10n ** BigInt(scale - decimal.scale);
  const divisor = 10n ** BigInt(decimal.scale - scale);
  return decimal.digits % divisor === 0n ? decimal.digits / divisor : null;
}

/** Write `value × 10^-scale` in decimal: no exponent, no trailing zeros. */
export function formatDecimal(value: bigint, scale: number): string {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return sign + whole + (fraction ? `.${fraction}` : "");
}

/** Credits as a decimal literal. Units: credits, at most 6 places. */
export const formatCredits = (amount: Micros): string => formatDecimal(amount, 6);
/** Dollars as a decimal literal. Units: USD, at most 9 places. */
export const formatUsd = (amount: Nanos): string => formatDecimal(amount, 9);

/** Credits read from a decimal literal; `null` where it isn't one, or has more than 6 places. */
export function parseCredits(text: string): Micros | null {
  const decimal = parseDecimal(text);
  const value = decimal && toScale(decimal, 6);
  return value === null ? null : micros(value);
}

/** Dollars read from a decimal literal; `null` where it isn't one, or has more than 9 places. */
export function parseUsd(text: string): Nanos | null {
  const decimal = parseDecimal(text);
  const value = decimal && toScale(decimal, 9);
  return value === null ? null : nanos(value);
}

/** Quotient rounded up, towards +∞. The divisor is positive. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend > 0n && dividend % divisor !== 0n ? quotient + 1n : quotient;
}

/** Quotient rounded down, towards −∞. The divisor is positive. */
export function divideDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && dividend % divisor !== 0n ? quotient - 1n : quotient;
}

/** Quotient rounded half up. The divisor is positive. Only derived prices use it. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return divideDown(2n * dividend + divisor, 2n * divisor);
}

/** The nearest whole number to `dividend / divisor`, for showing; of two that are as near the even one. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const down = divideDown(dividend, divisor);
  const twice = 2n * (dividend - down * divisor);
  return twice > divisor || (twice === divisor && down % 2n !== 0n) ? down + 1n : down;
}

/** The smallest multiple of `unit` that isn't below `dividend / divisor`. Units: those of `unit`. */
export function divideUpToUnit(dividend: bigint, divisor: bigint, unit: bigint): bigint {
  return divideUp(dividend, divisor * unit) * unit;
}

/** Whole US cents as the number that payment services count with. Errors: `RangeError` for a part of a cent. */
export function toCents(amount: Nanos): number {
  if (amount % NANOS_PER_CENT !== 0n) throw new RangeError("the amount has a part of a cent");
  return Number(amount / NANOS_PER_CENT);
}

/** Dollars of so many whole cents. */
export const fromCents = (cents: bigint): Nanos => nanos(cents * NANOS_PER_CENT);
