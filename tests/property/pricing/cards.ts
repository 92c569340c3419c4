import fc from "fast-check";
import { INPUT_KINDS, OUTPUT_KINDS, type Card, type CardBody } from "@/lib/catalog";
import type { RequestFacts, Usage } from "@/lib/pricing";
import { aCard, decimalOf } from "../../support/card";

/** Decimal text from 0 up, with at most that many places. */
const decimal = (max: number, places: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: max * 10 ** places }).map((whole) => {
    const digits = String(whole).padStart(places + 1, "0");
    return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  });

const per = fc.constantFrom(1, 60, 1000, 1_000_000);
const rate = fc.record(
  {
    meter: fc.constantFrom("input_tokens", "output_tokens", "seconds", "requests", "images"),
    per,
    amount: decimal(50, 4),
    min: decimal(500, 1),
  },
  { requiredKeys: ["meter", "per", "amount"] },
);
const multiples = fc.dictionary(fc.constantFrom(...INPUT_KINDS, ...OUTPUT_KINDS), decimal(9, 2), { maxKeys: 5 });
const FIELDS = [
  { in: "header", name: "x-priority", equals: "priority", times: 1.8 },
  { in: "body", name: "service_tier", equals: "flex", times: 0.5 },
  { in: "body", name: "n", equals: 2, times: 2 },
] as const;
const PRIORITY_ON_STEP = { in: "header", name: "x-priority", equals: "priority", times: 1.1 } as const;
const fields = fc.subarray([...FIELDS]);
const risingTiers = fc.subarray([
  { meter: "input_tokens", above: 1_000, times: { input_tokens: 1.25 } },
  { meter: "input_tokens", from: 20, times: { input_tokens: 1.5 } },
  {
    meter: "input_tokens",
    above: 50_000,
    times: { input_tokens: 2, output_tokens: 1.5 },
    fields: [PRIORITY_ON_STEP],
  },
  { meter: "input_tokens", above: 400_000, times: { input_tokens: 3, output_tokens: 2.5 } },
]);
const hours = fc.subarray([
  { from_hour: 1, to_hour: 4, times: 2 },
  { from_hour: 22, to_hour: 2, days: [1, 6], times: 1.5 },
  { from_hour: 22, to_hour: 24, days: [7], times: 0.5 },
]);
const chargeUnit = fc.constantFrom("1", "0.001", "0.5", "0.000001");

const made = (arbitrary: fc.Arbitrary<CardBody>): fc.Arbitrary<Card> => arbitrary.map((body) => aCard(body));
const rates = fc.array(rate, { minLength: 1, maxLength: 4 });

/** Cards without a table, with everything else. */
export const anyCard = made(
  fc.record({ rates, multiples, fields, tiers: risingTiers, hours, chargeUnit }).map(({ tiers, ...card }) => ({
    ...card,
    // A step says of a field of the card what it costs there, and of no other.
    tiers: tiers.map(({ fields: onStep, ...tier }) =>
      onStep && card.fields.some(({ name }) => name === "x-priority") ? { ...tier, fields: onStep } : tier,
    ),
  })),
);
/** Cards whose exact price is proportional to what was used: no steps, no minimum. */
export const linearCard = made(
  fc.record({ rates: rates.map((all) => all.map(({ min: _min, ...rest }) => rest)), multiples, fields, chargeUnit }),
);

const count = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max }));

const meters = fc.record({
  input_tokens: count(600_000),
  output_tokens: count(60_000),
  seconds: decimal(600, 3),
  images: count(8),
});
const kinds = fc.dictionary(fc.constantFrom(...INPUT_KINDS, ...OUTPUT_KINDS), count(200_000), { maxKeys: 4 });
/** Usage as adapters report it, kinds beyond the total included. */
export const anyUsage: fc.Arbitrary<Usage> = fc.record({ meters, kinds });

/** Requests that some of the fields match. */
export const anyRequest: fc.Arbitrary<RequestFacts> = fc.record(
  {
    body: fc.record(
      { service_tier: fc.constantFrom("flex", "auto"), n: fc.constantFrom(1, 2, "2") },
      { requiredKeys: [] },
    ),
    headers: fc.record({ "x-priority": fc.constantFrom("priority", "low") }, { requiredKeys: [] }),
    // Any minute of two weeks.
    arrivedMs: fc.integer({ min: 0, max: 14 * 1_440 }).map((minute) => Date.UTC(2026, 10, 30) + minute * 60_000),
  },
  { requiredKeys: ["body", "headers"] },
);

const factor = fc.record({
  name: fc.constantFrom("channel discount", "user discount"),
  factor: decimal(2, 2).map(decimalOf),
});
/** Discounts and other factors, up to two of them. */
export const anyFactors = fc.array(factor, { maxLength: 2 });
