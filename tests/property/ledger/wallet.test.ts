import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aLedger, type LedgerFixture } from "../../support/a-ledger";
import { runModel } from "./run-model";

const RUNS = process.env["PROOF"] === "full" ? 1_000 : 120;

describe("a wallet", () => {
  let ledger: LedgerFixture;
  beforeAll(async () => {
    ledger = await aLedger();
  });
  afterAll(() => ledger.close());

  /** Guards every balance: whatever happens in whatever order, the books say what the specification says. */
  test("is after any history what the specification's model says, lot by lot", { timeout: 280_000 }, async () => {
    await expect(runModel(ledger, RUNS)).resolves.toBeUndefined();
  });
});
