import { describe, expect, it } from "vitest";
import * as pricing from "@/lib/pricing";
import { PROPERTIES } from "./properties";
import { chargeFor, EXAMPLES } from "./worked-examples";

describe("the price list's examples", () => {
  it.each(EXAMPLES)("$says", (example) => {
    expect(chargeFor(pricing, example)).toEqual(example.charge);
  });
});

describe("the rating engine", () => {
  it.each(PROPERTIES)("$says", ({ check }) => {
    expect(() => check(pricing)).not.toThrow();
  });
});
