import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { previewAmount } from "@/app/(account)/buy/(list)/_components/amount-preview";
import { formatUsd, nanos } from "@/lib/money";
import { ORDER_USD_MAX, ORDER_USD_MIN, quoteOrder } from "@/lib/payments";
import { Settings } from "@/lib/settings";
import { DEFAULT_SETTINGS } from "@/lib/settings/defaults";

const settings = Settings.parse({
  ...DEFAULT_SETTINGS,
  bonus_steps: [
    { from_usd: 100, bonus: 0.1 },
    { from_usd: 1_000, bonus: 0.155 },
    { from_usd: 500, bonus: 0.125 },
  ],
});
const rules = {
  minNanos: ORDER_USD_MIN,
  maxNanos: ORDER_USD_MAX,
  usdPerCredit: settings.usd_per_credit,
  steps: settings.bonus_steps.map(({ from_usd: fromNanos, bonus }) => ({ fromNanos, bonus })),
};

describe("what an amount brings, while it is typed", () => {
  test("is what the order brings, for every amount that can be ordered", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 500n, max: 1_000_000n }), (cents) => {
        const usd = nanos(cents * 10_000_000n);
        const { baseMicros, bonusMicros, creditsMicros } = quoteOrder(settings, { usd });
        expect(previewAmount(formatUsd(usd), rules)).toEqual({
          outcome: "fits",
          baseMicros,
          bonusMicros,
          totalMicros: creditsMicros,
        });
      }),
    );
  });

  test.each([
    ["", "no_number"],
    ["twenty", "no_number"],
    ["4.99", "too_little"],
    ["10000.01", "too_much"],
    ["10.005", "parts_of_cents"],
  ])("says why %s can't be ordered", (text, outcome) => {
    expect(previewAmount(text, rules)).toEqual({ outcome });
  });
});
