import { describe, expect, test } from "vitest";
import { parseCard, writeCard } from "@/lib/catalog";
import { ScripError } from "@/lib/errors";

/** The paths of what is wrong with a card. */
function problemsOf(json: unknown): string[] {
  try {
    parseCard(json);
    return [];
  } catch (error) {
    if (!(error instanceof ScripError)) throw error;
    expect(error.code).toBe("validation_failed");
    return (error.details.errors ?? []).map(({ path }) => path);
  }
}
const rate = (amount: unknown) => ({ meter: "requests", per: 1, amount });
const textOf = (amount: unknown): string => writeCard(parseCard({ rates: [rate(amount)] }));

describe("a card's numbers", () => {
  test("are exact however they are written: as a number, as text, with an exponent", () => {
    expect([5e-7, "0.0000005", "5e-7", "5.0E-7"].map(textOf)).toEqual(Array(4).fill(textOf("0.0000005")));
    expect(textOf(0.1)).toContain('"amount":0.1}');
  });

  test("are written without exponents and come back the same", () => {
    const text = textOf("123456789012.345");
    expect(text).toContain('"amount":123456789012.345');
    expect(textOf(5e-7)).toContain('"amount":0.0000005');
    expect(writeCard(parseCard(JSON.parse(text)))).toBe(text);
  });

  test("may have 15 significant digits, wherever they stand, and not 16", () => {
    expect(problemsOf({ rates: [rate("0.000123456789012345")] })).toEqual([]);
    expect(problemsOf({ rates: [rate("1.234567890123456")] })).toEqual(["rates.0.amount"]);
    expect(problemsOf({ rates: [rate(0.1 + 0.2)] })).toEqual(["rates.0.amount"]);
    expect(problemsOf({ rates: [rate("100000000000.0000")] })).toEqual([]);
  });

  test.each([-1, "-0.5", "five", "", Number.NaN, "1e300", "1e-300", null, true, "0x10", "1,5"])(
    "can't be %s",
    (amount) => {
      expect(problemsOf({ rates: [rate(amount)] })).toEqual(["rates.0.amount"]);
    },
  );
});

describe("a card that can't be used", () => {
  test("is refused with every problem listed", () => {
    const card = {
      rates: [
        { meter: "tokens", per: 1000, amount: 5 },
        { meter: "seconds", per: 0, amount: 5 },
      ],
      multiples: { cached: 0.1 },
      fields: [{ in: "cookie", name: "x", equals: "y", times: 2 }],
      chargeUnit: 0.0000001,
      discount: 1,
    };
    const problems = problemsOf(card);
    for (const path of ["rates.0.meter", "rates.1.per", "multiples", "fields.0.in", "chargeUnit", ""]) {
      expect(problems.some((problem) => problem === path || problem.startsWith(`${path}.`))).toBe(true);
    }
  });

  test.each([
    ["prices nothing", {}],
    [
      "falls through to rates that it doesn't have",
      { table: { rows: [{ match: { a: 1 }, amount: 1 }], else: "rates" } },
    ],
    ["has a table without rows", { table: { rows: [] } }],
    ["has a charge unit of nothing", { rates: [rate(1)], chargeUnit: 0 }],
    ["is a list", []],
    ["is nothing", null],
  ])("because it %s", (_why, card) => {
    expect(problemsOf(card)).not.toEqual([]);
  });

  test("because two rows match the same requests, one by a default and one as text", () => {
    const rows = [
      { match: { mode: "std" }, amount: 1 },
      { match: { mode: "std", duration: "5" }, amount: 2 },
    ];
    expect(problemsOf({ table: { defaults: { duration: 5 }, rows } })).toEqual(["table.rows.1"]);
  });
});

describe("a card's text", () => {
  test("is the same whatever the order and the form in which the card was put", () => {
    const one = parseCard({
      rates: [rate("2.50")],
      multiples: { cache_read: 0.1, input_audio: 8 },
      chargeUnit: "1.000",
    });
    const other = parseCard({ chargeUnit: 1, multiples: { input_audio: "8", cache_read: "0.10" }, rates: [rate(2.5)] });
    expect(writeCard(one)).toBe(writeCard(other));
  });

  test("leaves out what the card doesn't have, and states the unit of its charges", () => {
    expect(textOf(1)).toBe('{"rates":[{"meter":"requests","per":1,"amount":1}],"chargeUnit":0.001}');
  });

  test("keeps every part", () => {
    const card = {
      rates: [{ meter: "calls:web_search", per: 1000, amount: 10, min: 2 }],
      multiples: { cache_read: 0.1 },
      fields: [{ in: "header", name: "x-priority", equals: "priority", times: 1.8 }],
      table: {
        defaults: { sound: "off" },
        per: "images",
        rows: [{ match: { duration: 5, hd: true }, amount: 1 }],
        else: "rates",
      },
      tiers: [
        { meter: "input_tokens", above: 200_000, times: { input_tokens: 2 } },
        {
          meter: "input_tokens",
          from: 400_000,
          times: { input_tokens: 3 },
          fields: [{ in: "header", name: "x-priority", equals: "priority", times: 1 }],
        },
      ],
      hours: [{ from_hour: 22, to_hour: 4, days: [1, 7], times: 0.5 }],
      source: { name: "the supplier's list", checked: "2026-12-01" },
      chargeUnit: 1,
    };
    expect(JSON.parse(writeCard(parseCard(card)))).toEqual(card);
  });
});
