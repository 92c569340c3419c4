import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credits, CreditsInput, decimal, DecimalInput, toJson, usd, UsdInput } from "@/lib/http";
import { formatCredits, micros, nanos, parseCredits, parseDecimal, parseUsd, significantDigits } from "@/lib/money";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe("amounts in JSON", () => {
  test("of any size come back exactly from the text that was written", () => {
    fc.assert(
      fc.property(int64, int64, (amount, dollars) => {
        expect(parseCredits(toJson(credits(micros(amount))))).toBe(amount);
        expect(parseUsd(toJson(usd(nanos(dollars))))).toBe(dollars);
      }),
    );
  });

  test("within the edge's bounds come back exactly from any JSON parser, as doubles", () => {
    const within = fc.bigInt({ min: 1n, max: 10n ** 15n });
    fc.assert(
      fc.property(within, (amount) => {
        expect(CreditsInput.parse(JSON.parse(toJson(credits(micros(amount)))))).toBe(amount);
        expect(UsdInput.parse(JSON.parse(toJson(usd(nanos(amount)))))).toBe(amount);
      }),
    );
  });

  test("have no exponent and at most 6 and 9 decimals", () => {
    fc.assert(
      fc.property(int64, (amount) => {
        expect(toJson(credits(micros(amount)))).toMatch(/^-?\d+(\.\d{0,5}[1-9])?$/);
        expect(toJson(usd(nanos(amount)))).toMatch(/^-?\d+(\.\d{0,8}[1-9])?$/);
      }),
    );
  });

  test("above the bounds, negative or finer than the unit are refused at the edge", () => {
    for (const value of [-0.000001, 1_000_000_000.5, 0.0000001, Number.NaN, Infinity, "1", null]) {
      expect(CreditsInput.safeParse(value).success).toBe(false);
    }
    expect(UsdInput.safeParse(1_000_001).success).toBe(false);
  });
});

describe("decimals in JSON", () => {
  test("of at most 15 digits go in and out unchanged", () => {
    const text = fc
      .tuple(fc.nat(999_999_999), fc.nat(999_999))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, "0")}`);
    fc.assert(
      fc.property(text, (written) => {
        const value = parseDecimal(written);
        if (!value || significantDigits(value) > 15) return;
        expect(DecimalInput.parse(JSON.parse(toJson(decimal(value))))).toEqual(parseDecimal(String(Number(written))));
      }),
    );
  });
});

describe("the serialiser", () => {
  test("writes what JSON.parse reads back as the same value", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, (original) => {
        expect(JSON.parse(toJson(original))).toEqual(JSON.parse(JSON.stringify(original)));
      }),
    );
  });

  test("never writes an exponent, and refuses what says nothing of its unit", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = toJson(value);
        expect(text).not.toMatch(/e/i);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
    );
    expect(() => toJson({ amount: 5n })).toThrow("bigint");
    expect(() => toJson(Number.NaN)).toThrow("NaN");
    expect(toJson({ here: credits(micros(1n)), absent: undefined })).toBe('{"here":0.000001}');
  });
});

test("an amount is written as pages write it", () => {
  fc.assert(
    fc.property(int64, (amount) => {
      expect(toJson(credits(micros(amount)))).toBe(formatCredits(micros(amount)));
    }),
  );
});
