import { describe, expect, test } from "vitest";
import { verifyBooks } from "@/lib/verification";
import { hasPgBouncer } from "@/tests/support/pgbouncer";
import { openWhole } from "@/tests/support/whole";
import { tellStory } from "./tell-story";

describe.skipIf(!hasPgBouncer())("npm run demo, with the database behind PgBouncer in transaction mode", () => {
  test("prints the same figures, and the ledger verifies", async () => {
    const whole = await openWhole({ isPooled: true });
    try {
      const story = await tellStory(whole);
      expect(story).toContain("Ada's credits                                     1,000");
      expect(story).toContain("profit: the layers' difference, in USD            0.035");
      expect((await verifyBooks(whole.database)).violations).toEqual([]);
    } finally {
      await whole.close();
    }
  });
});
