import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { verifyBooks } from "@/lib/metering";
import { openWhole, type Whole } from "@/tests/support/whole";
import { onStage } from "../../../scripts/demo/stage";
import { account, buy, contribute, spend, vest } from "../../../scripts/demo/story";

let whole: Whole;
beforeAll(async () => {
  whole = await openWhole();
});
afterAll(() => whole.close());

/** One run of the story, and what it printed. */
async function tell(): Promise<string> {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const { web, gateway, sandbox, admin } = whole;
  const instance = { web, gateway, sandbox, admin_api_key: admin.key };
  try {
    await onStage(instance, async (stage) => {
      await buy(instance, stage);
      const contribution = await contribute(instance, stage);
      await spend(instance, stage);
      await vest(instance, stage, contribution);
      await account(instance, stage);
    });
    return printed.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    printed.mockRestore();
  }
}

describe("npm run demo", () => {
  test("prints the same right figures twice running, and the books verify", async () => {
    const first = await tell();
    expect(first).toContain("granted to Bo                                    74,997");
    expect(first).toContain("profit: the layers' difference, in USD            0.035");
    expect(await tell()).toBe(first);
    expect((await verifyBooks(whole.database)).violations).toEqual([]);
  });
});
