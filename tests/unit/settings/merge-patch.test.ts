import { describe, expect, test } from "vitest";
import { DEMO_SETTINGS, Settings } from "@/lib/settings";
import { DEFAULT_SETTINGS } from "@/lib/settings/defaults";
import { mergePatch } from "@/lib/settings/settings";

/** The examples of RFC 7396, appendix A. */
const EXAMPLES: [unknown, unknown, unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("a merge patch", () => {
  test.each(EXAMPLES)("of %j by %j is %j", (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  test("can't reach an object's prototype", () => {
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

test("the defaults fit their schema, and so does the demo over them", () => {
  expect(Settings.safeParse(DEFAULT_SETTINGS).error).toBeUndefined();
  const demo = Settings.parse(mergePatch(DEFAULT_SETTINGS, DEMO_SETTINGS));
  expect([demo.maturity_days, demo.withdrawal.enabled, demo.tiers[0]?.requests_per_minute]).toEqual([0, true, 600]);
  expect(Settings.parse(DEFAULT_SETTINGS).withdrawal.enabled).toBe(false);
});

test("a pack's bonus and price are those of the specification", () => {
  const { packs } = Settings.parse(DEFAULT_SETTINGS);
  expect(packs.map(({ id, credits, base_credits: base }) => [id, credits / 1_000_000n, base / 1_000_000n])).toEqual([
    ["starter", 1000n, 1000n],
    ["pro", 10_000n, 9000n],
    ["enterprise", 100_000n, 80_000n],
  ]);
});
