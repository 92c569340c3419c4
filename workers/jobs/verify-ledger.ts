import { verifyBooks } from "../../lib/metering";
import { type JobContext, raiseAlarm } from "./job-context";

/** Holds the whole database against every law of the books, and every charge against its card. */
export async function verifyLedgerJob({ database, log }: JobContext): Promise<void> {
  const { invariants, violations } = await verifyBooks(database);
  if (violations.length === 0) log.info({ invariants: invariants.length }, "the ledger verifies");
  for (const { invariant } of violations) raiseAlarm(log, "ledger_violation", { invariant });
}
