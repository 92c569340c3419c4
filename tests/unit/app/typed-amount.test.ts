import { describe, expect, test } from "vitest";
import { typedAmount } from "@/app/_components/typed-amount";

describe("an amount that is typed", () => {
  test.each([
    ["25", "25"],
    ["99.50", "99.50"],
    ["10.005", "10.005"],
    ["0.5", "0.5"],
    ["10,000", "10000"],
    ["1,234.56", "1234.56"],
    ["1,234,567.8", "1234567.8"],
    ["1 000", "1000"],
    ["1 234,56", "1234.56"],
    ["1\u00a0234.56", "1234.56"],
    ["99,50", "99.50"],
    ["0,5", "0.5"],
    [" $ 1,000 ", "1000"],
    ["999999999999999", "999999999999999"],
  ])("%s is %s", (text, literal) => {
    expect(typedAmount(text)).toBe(literal);
  });

  test.each([
    ["nothing", ""],
    ["words", "twenty"],
    ["a comma that may be of either kind", "0,500"],
    ["a decimal comma with more than cents", "10,0000"],
    ["groups that aren't of three", "1,00,000"],
    ["a group and a broken one", "1,000,00"],
    ["groups after a decimal point", "1.234,567"],
    ["spaces within a group", "1 00"],
    ["two kinds of groups", "1 000,000,000"],
    ["two points", "1.2.3"],
    ["a point without a digit before it", ".5"],
    ["a sign", "-5"],
    ["an exponent", "1e3"],
    ["more digits than are exact", "1234567890123.456"],
  ])("with %s (%s) is none", (_, text) => {
    expect(typedAmount(text)).toBeNull();
  });
});
