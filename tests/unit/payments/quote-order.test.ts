import { describe, expect, test } from "vitest";
import { formatCredits, nanos } from "@/lib/money";
import { ORDER_USD_MAX, ORDER_USD_MIN, quoteOrder } from "@/lib/payments";
import { Settings } from "@/lib/settings";
import { DEFAULT_SETTINGS } from "@/lib/settings/defaults";

const settings = Settings.parse(DEFAULT_SETTINGS);
const usd = (cents: bigint) => ({ usd: nanos(cents * 10_000_000n) });
const withSteps = (steps: { from_usd: number; bonus: number }[]) =>
  Settings.parse({ ...DEFAULT_SETTINGS, bonus_steps: steps });
const quote = (order: Parameters<typeof quoteOrder>[1], by = settings) => {
  const { baseMicros, bonusMicros, creditsMicros } = quoteOrder(by, order);
  expect(baseMicros + bonusMicros).toBe(creditsMicros);
  return [formatCredits(baseMicros), formatCredits(bonusMicros)];
};

describe("an order", () => {
  test.each([
    ["starter", "1000", "0"],
    ["pro", "9000", "1000"],
    ["enterprise", "80000", "20000"],
  ])("of the pack %s brings its base and its bonus", (pack, base, bonus) => {
    expect(quote({ pack })).toEqual([base, bonus]);
  });

  test.each([
    [500n, "500", "0"],
    [501n, "501", "0"],
    [9_999n, "9999", "0"],
    [10_000n, "10000", "1000"],
    [12_345n, "12345", "1234.5"],
    [1_000_000n, "1000000", "100000"],
  ])("of %i cents brings 100 credits a dollar, and a tenth on top from USD 100 up", (cents, base, bonus) => {
    expect(quote(usd(cents))).toEqual([base, bonus]);
  });

  test("takes the highest step that it reaches, in whatever order they are listed", () => {
    const by = withSteps([
      { from_usd: 500, bonus: 0.2 },
      { from_usd: 50, bonus: 0.05 },
      { from_usd: 100, bonus: 0.1 },
    ]);
    const bonus = (cents: bigint) => quote(usd(cents), by)[1];
    expect([bonus(4_999n), bonus(5_000n), bonus(49_999n), bonus(50_000n)]).toEqual(["0", "250", "4999.9", "10000"]);
  });

  test("rounds a bonus down to a microcredit", () => {
    expect(quote(usd(501n), withSteps([{ from_usd: 5, bonus: 0.0000001 }]))).toEqual(["501", "0.00005"]);
  });

  test.each([
    ["an unknown pack", { pack: "gold" }],
    ["less than the least", { usd: nanos(ORDER_USD_MIN - 10_000_000n) }],
    ["more than the most", { usd: nanos(ORDER_USD_MAX + 10_000_000n) }],
    ["a part of a cent", { usd: nanos(5_001_000_000n) }],
  ])("of %s doesn't fit", (_, order) => {
    expect(() => quoteOrder(settings, order)).toThrow(expect.objectContaining({ code: "validation_failed" }));
  });
});
