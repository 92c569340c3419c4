import { describe, expect, test } from "vitest";
import { formatDecimal } from "@/lib/money";
import { derivePrice, markupOf, ratioOf, ratioText, type Ratio } from "@/lib/pricing";
import { decimalOf } from "../../support/card";

const ratio = (text: string): Ratio => ratioOf(decimalOf(text));
const CENT = decimalOf("0.01");

/** The price of a cost in dollars, in credits of a cent. */
function price(cost: string, markup: Ratio, rest: { demand?: string; floor?: string } = {}): string {
  const { demand = "1", floor = "0.2" } = rest;
  const inputs = { cost: ratio(cost), markup, demand: ratio(demand), usdPerCredit: CENT, floorMarkup: ratio(floor) };
  const { digits, scale } = derivePrice(inputs);
  return formatDecimal(digits, scale);
}

describe("a derived price", () => {
  test.each([
    ["0.30 credits of cost + 67%", "0.003", "0.67", "0.5"],
    ["0.70 + 43%", "0.007", "0.43", "1"],
    ["0.60 + 33%", "0.006", "0.33", "0.8"],
    ["8.33 is 8: half up to a whole credit from 1 credit up", "0.05", "0.6667", "8"],
    ["8.5 is 9", "0.05", "0.7", "9"],
    ["0.175 is 0.18: two significant digits below 1 credit", "0.00125", "0.4", "0.18"],
    ["0.0000175 is 0.000018", "0.000000125", "0.4", "0.000018"],
    ["0.996 is 1", "0.0083", "0.2", "1"],
    ["nothing costs nothing", "0", "0.4", "0"],
  ])("%s", (_says, cost, markup, expected) => {
    expect(price(cost, ratio(markup))).toBe(expected);
  });

  test("is never below the cost with the lowest markup, not even by rounding", () => {
    expect(price("0.01", ratio("0.4"))).toBe("2");
    expect(price("0.01", ratio("0.4"), { demand: "0.8", floor: "0" })).toBe("1");
    expect(price("0.05", ratio("0.2"), { demand: "0.8" })).toBe("6");
  });

  test("follows demand", () => {
    expect(["0.8", "1", "1.5"].map((demand) => price("1", ratio("0.5"), { demand }))).toEqual(["120", "150", "225"]);
  });
});

describe("a markup", () => {
  test("is what a price makes on its cost: 77% where 8 credits were charged for 0.045 dollars", () => {
    const percent = (credits: string, cost: string): bigint => {
      const { num, den } = markupOf(ratio(credits), ratio(cost), CENT);
      return (num * 100n) / den;
    };
    expect([percent("8", "0.045"), percent("5", "0.03"), percent("5", "0.05"), percent("8", "0.05")]).toEqual([
      77n,
      66n,
      0n,
      60n,
    ]);
  });

  test("kept when a supplier's price rises from 0.03 to 0.05, gives 8 credits; the lowest gives 6", () => {
    expect(price("0.05", markupOf(ratio("5"), ratio("0.03"), CENT))).toBe("8");
    expect(price("0.05", ratio("0.2"))).toBe("6");
  });
});

describe("a fraction's text", () => {
  test.each([
    [{ num: 15n, den: 2n }, "7.5"],
    [{ num: -3n, den: 1000n }, "-0.003"],
    [{ num: 2n, den: 60n }, "1/30"],
    [{ num: 0n, den: 7n }, "0"],
    [{ num: 1200n, den: 100n }, "12"],
    [{ num: -2n, den: 3n }, "-2/3"],
    [{ num: 1n, den: 1n << 40n }, formatDecimal(5n ** 40n, 40)],
  ])("of %o is %s", (fraction, text) => {
    expect(ratioText(fraction)).toBe(text);
  });
});
