import { describe, expect, test } from "vitest";
import { formatUsd } from "@/lib/money";
import { insolventLines, solvencyLines } from "@/lib/payments";
import { Settings } from "@/lib/settings";
import { DEFAULT_SETTINGS } from "@/lib/settings/defaults";

const withSettings = (change: object): Settings => Settings.parse({ ...DEFAULT_SETTINGS, ...change });
const margins = (change: object = {}): Record<string, string> =>
  Object.fromEntries(
    solvencyLines(withSettings(change)).map(({ pack, usdNanos, marginNanos }) => [
      pack ?? `from ${formatUsd(usdNanos)}`,
      formatUsd(marginNanos),
    ]),
  );
const insolvent = (change: object): (string | null)[] => insolventLines(withSettings(change)).map(({ pack }) => pack);
const withdrawal = (usd_per_100: number) => ({ withdrawal: { ...DEFAULT_SETTINGS.withdrawal, usd_per_100 } });

describe("the solvency line", () => {
  test("of the default packs is 1.31, 6.09 and 56.50 dollars, and 7.70 of the smallest order with a bonus", () => {
    expect(margins()).toEqual({ starter: "1.31", pro: "6.09", enterprise: "56.5", "from 100": "7.7" });
    expect(insolvent({})).toEqual([]);
  });

  test("is as exact as the settings: at zero it holds, and a nanodollar below it doesn't", () => {
    const pack = { id: "p", credits: 1_000, base_credits: 1_000, usd: 10 };
    const only = { packs: [pack], bonus_steps: [], contribution_fee: 0 };
    const fee = (fixed_usd: number) => ({ ...only, card_fee: { share: 0.029, fixed_usd } });
    expect(margins(fee(0.71))).toEqual({ p: "0" });
    expect([insolvent(fee(0.71)), insolvent(fee(0.710000001))]).toEqual([[], ["p"]]);
  });

  test.each([
    ["pay out more", withdrawal(0.98), ["pro", "enterprise", null]],
    ["no contribution fee and a higher payout", { contribution_fee: 0, ...withdrawal(0.95) }, ["starter"]],
    ["dearer cards", { card_fee: { share: 0.15, fixed_usd: 0.3 } }, ["pro", "enterprise", null]],
    ["a pack below its worth", { packs: [{ id: "gift", credits: 1_000, base_credits: 1_000, usd: 1 }] }, ["gift"]],
  ])("is below zero for %s", (_, change, expected) => {
    expect(insolvent(change)).toEqual(expected);
  });

  test("of a step that begins below what can be ordered is that of the smallest order, and one that begins above is none", () => {
    expect(
      margins({
        packs: [],
        bonus_steps: [
          { from_usd: 0, bonus: 0.1 },
          { from_usd: 20_000, bonus: 0.9 },
        ],
      }),
    ).toEqual({
      "from 5": "0.1",
    });
  });
});
