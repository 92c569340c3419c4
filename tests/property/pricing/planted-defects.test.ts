import { describe, expect, it } from "vitest";
import { DEFECTS } from "./defects";
import { LAWS } from "./laws";
import { mutantOf } from "./mutant";

/** The first law that a defect breaks, by what it says. */
function brokenLaw(engine: Awaited<ReturnType<typeof mutantOf>>): string | null {
  for (const { says, check } of LAWS) {
    try {
      check(engine);
    } catch {
      return says;
    }
  }
  return null;
}

describe("the laws of the rating engine catch an engine that", () => {
  it.each(DEFECTS)("$says", async (defect) => {
    expect(brokenLaw(await mutantOf(defect))).not.toBeNull();
  });

  it("and none of them breaks in an engine without a defect that was built the same way", async () => {
    const same = 'return { outcome: "unpriced", parameters: outcome.parameters };';
    expect(brokenLaw(await mutantOf({ says: "nothing", file: "rate.ts", find: same, put: same }))).toBeNull();
  });
});
