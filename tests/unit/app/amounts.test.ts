import { describe, expect, test } from "vitest";
import { exactAmount, shownAmount, signedAmount } from "@/app/_components/money";
import { micros } from "@/lib/money";

const shown = (value: bigint) => shownAmount(micros(value), "en");

describe("amounts as people read them", () => {
  test("a whole balance has no decimals, any other two, and never more than there is", () => {
    expect(shown(12_450_000_000n)).toBe("12,450");
    expect(shown(12_450_500_000n)).toBe("12,450.50");
    expect(shown(12_450_001_000n)).toBe("12,450.00");
    expect(shown(12_450_999_999n)).toBe("12,450.99");
    expect(shown(-999_999n)).toBe("-0.99");
  });

  test("what is there but below a hundredth isn't shown as nothing", () => {
    expect(shown(1n)).toBe("<0.01");
    expect(shown(0n)).toBe("0");
  });

  test("every place of an amount is kept beyond what a floating point number could hold", () => {
    expect(exactAmount(micros(9_223_372_036_854_775_807n), "en")).toBe("9,223,372,036,854.775807");
    expect(exactAmount(micros(8_000_000n), "en")).toBe("8");
  });

  test("signs are written out, with a real minus", () => {
    expect(signedAmount(micros(-8_000_000n), "en")).toBe("−8");
    expect(signedAmount(micros(100_000_001n), "en")).toBe("+100.000001");
  });
});
