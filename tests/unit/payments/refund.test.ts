import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatUsd, micros, nanos } from "@/lib/money";
import { refundOf, shareOf } from "@/lib/payments/purchase";

const CENT = { digits: 1n, scale: 2 };
const refund = (usd: bigint, spentCredits: number): string =>
  formatUsd(refundOf(nanos(usd * 1_000_000_000n), micros(BigInt(Math.round(spentCredits * 1_000_000))), CENT));

describe("what a buyer gets back", () => {
  test.each([
    [800n, 1_000, "790"],
    [90n, 9_500, "0"],
    [90n, 9_000, "0"],
    [90n, 8_999.5, "0"],
    [90n, 8_999, "0.01"],
    [10n, 0, "10"],
    [10n, 0.000001, "9.99"],
    [10n, 1, "9.99"],
    [10n, 1.000001, "9.98"],
  ])("of USD %i with %d credits spent is USD %s", (usd, spent, expected) => {
    expect(refund(usd, spent)).toBe(expected);
  });

  test("is whole cents, from nothing to the price, and never grows with what is spent", () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });
    fc.assert(
      fc.property(fc.bigInt({ min: 500n, max: 1_000_000n }), amount, amount, (cents, spent, more) => {
        const paid = nanos(cents * 10_000_000n);
        const first = refundOf(paid, micros(spent), CENT);
        expect(first % 10_000_000n).toBe(0n);
        expect(first >= 0n && first <= paid).toBe(true);
        expect(refundOf(paid, micros(spent + more), CENT) <= first).toBe(true);
      }),
    );
  });
});

test("parts of a price take all credits between them, in whatever order and number", () => {
  const parts = fc.array(fc.bigInt({ min: 1n, max: 50_000n }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(parts, fc.bigInt({ min: 1n, max: 10n ** 12n }), (cents, credits) => {
      const usdNanos = nanos(cents.reduce((sum, part) => sum + part, 0n) * 10_000_000n);
      const purchase = { creditsMicros: micros(credits), usdNanos };
      let taken = 0n;
      for (const part of cents) taken += shareOf(purchase, nanos(part * 10_000_000n), micros(taken));
      expect(taken).toBe(credits);
    }),
  );
});
