import { expect, test } from "vitest";
import { formatCredits, formatUsd } from "@/lib/money";
import { chargeOf, costOf, rate, type Usage } from "@/lib/pricing";
import { aCard, aRequest, decimalOf, perThousand } from "../../support/card";

/** A protocol that reports cached tokens within the input, and one that reports them beside it, once added to it. */
const WITHIN: Usage = { meters: { input_tokens: 10_000, output_tokens: 0 }, kinds: { cache: 8_000 } };
const beside = (input: number, cacheRead: number): Usage => ({
  meters: { input_tokens: input + cacheRead, output_tokens: 0 },
  kinds: { cache_read: cacheRead },
});

test("usage with cache beside its input rates through the same call as usage with cache within it", () => {
  const multiples = { cache_read: 0.1, cache_write_5m: 1.25, cache_write_1h: 2 };
  const [price, cost] = [aCard({ multiples }), aCard({ multiples, rates: perThousand("0.003", "0.015") })];
  for (const usage of [WITHIN, beside(2_000, 8_000)]) {
    const [rated, costs] = [rate(price, usage, aRequest()), rate(cost, usage, aRequest())];
    if (rated.outcome !== "rated" || costs.outcome !== "rated") throw new Error("both cards price it");
    expect(formatCredits(chargeOf(rated, [], price.chargeUnit).chargeMicros)).toBe("14");
    expect(formatUsd(costOf(costs, decimalOf("1")).costNanos)).toBe("0.0084");
    expect(rated.flags).toEqual([]);
  }
});

test("what is written to a cache, for five minutes or an hour, rates through it too", () => {
  const card = aCard({ multiples: { cache_read: 0.1, cache_write_5m: 1.25, cache_write_1h: 2 } });
  const usage: Usage = {
    meters: { input_tokens: 1_000 + 2_000 + 400 + 600, output_tokens: 0 },
    kinds: { cache_read: 2_000, cache_write_5m: 400, cache_write_1h: 600 },
  };
  const rating = rate(card, usage, aRequest());
  if (rating.outcome !== "rated") throw new Error("the card prices it");
  // 1,000 + 2,000 × 0.1 + 400 × 1.25 + 600 × 2 = 2,900 tokens at 5 for 1,000
  expect(formatCredits(chargeOf(rating, [], decimalOf("0.001")).chargeMicros)).toBe("14.5");
});
