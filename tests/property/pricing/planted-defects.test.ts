import { describe, expect, it } from "vitest";
import { DEFECTS } from "./defects";
import { PROPERTIES } from "./properties";
import { mutantOf } from "./mutant";

/** The first property that a defect breaks, by what it says. */
function brokenProperty(engine: Awaited<ReturnType<typeof mutantOf>>): string | null {
  for (const { says, check } of PROPERTIES) {
    try {
      check(engine);
    } catch {
      return says;
    }
  }
  return null;
}

describe("the properties of the rating engine catch an engine that", () => {
  it.each(DEFECTS)("$says", async (defect) => {
    expect(brokenProperty(await mutantOf(defect))).not.toBeNull();
  });

  it("and none of them breaks in an engine without a defect that was built the same way", async () => {
    const same = 'return { outcome: "unpriced", parameters: byTable.parameters };';
    expect(brokenProperty(await mutantOf({ says: "nothing", file: "rate.ts", find: same, put: same }))).toBeNull();
  });
});
