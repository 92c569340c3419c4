/** Exact fractions for tests, written apart from the engine's own, so that the two check each other. */
export type Fraction = { top: bigint; bottom: bigint };

/** A decimal (`7.5`, `-3`) or a fraction (`1/30`) as text. */
export function fractionOf(text: string): Fraction {
  const [top = "", bottom] = text.split("/");
  if (bottom !== undefined) return { top: BigInt(top), bottom: BigInt(bottom) };
  const [whole = "", places = ""] = top.split(".");
  return { top: BigInt(whole + places), bottom: 10n ** BigInt(places.length) };
}

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
});

export const times = (a: Fraction, b: Fraction): Fraction => ({ top: a.top * b.top, bottom: a.bottom * b.bottom });

/** Less than zero, zero, or more, as `a` is less than, equal to or more than `b`. */
export function order(a: Fraction, b: Fraction): number {
  const difference = a.top * b.bottom - b.top * a.bottom;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

export const sumOf = (fractions: readonly Fraction[]): Fraction => fractions.reduce(plus, { top: 0n, bottom: 1n });
