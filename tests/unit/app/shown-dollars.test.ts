import { describe, expect, it } from "vitest";
import { nanos } from "@/lib/money";
import { placesOf, roundedUsd } from "@/app/(admin)/admin/_components/usd";

describe("dollars on admin pages", () => {
  it.each([
    ["two decimals", [1_500_000_000_000n, 89_000_000_000n], 2],
    ["two where one of the column is a dollar or more", [1_500_000_000_000n, 45_000_000n], 2],
    ["four where all of the column is below a dollar", [45_000_000n, 0n, -220_000_000n], 4],
    ["two where nothing was spent", [0n], 2],
  ])("have %s", (_what, amounts, places) => {
    expect(placesOf(amounts.map(nanos))).toBe(places);
  });

  it.each([
    ["down", 1_004_999_999n, 2, 1_000_000_000n],
    ["up", 1_005_000_001n, 2, 1_010_000_000n],
    ["half to the even cent above", 1_015_000_000n, 2, 1_020_000_000n],
    ["half to the even cent below", 1_005_000_000n, 2, 1_000_000_000n],
    ["a loss half to even", -1_015_000_000n, 2, -1_020_000_000n],
    ["a ten-thousandth", 45_050_000n, 4, 45_000_000n],
  ])("are rounded %s", (_which, amount, places, shown) => {
    expect(roundedUsd(nanos(amount), places)).toBe(shown);
  });
});
