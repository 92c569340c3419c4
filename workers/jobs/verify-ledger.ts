import { checkLedger } from "../../lib/verification";
import { nowMs } from "../../lib/time";
import { type JobContext, raiseAlert } from "./job-context";

/** Verifies the whole ledger, and every charge against its card; stores what it found. */
export async function verifyLedgerJob({ database, log }: JobContext): Promise<void> {
  const { invariants, broken } = await checkLedger(database, nowMs());
  if (broken.length === 0) log.info({ invariants }, "the ledger verifies");
  for (const { invariant, rows, first } of broken) raiseAlert(log, "ledger_violation", { invariant, rows, first });
}
