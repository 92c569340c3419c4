import { checkLedger } from "../../lib/verification";
import { nowMs } from "../../lib/time";
import { type JobContext, raiseAlert } from "./job-context";

/** Holds the whole database against every law of the books, and every charge against its card; keeps what it found. */
export async function verifyLedgerJob({ database, log }: JobContext): Promise<void> {
  const { laws, broken } = await checkLedger(database, nowMs());
  if (broken.length === 0) log.info({ laws }, "the ledger verifies");
  for (const { law, rows, first } of broken) raiseAlert(log, "ledger_violation", { law, rows, first });
}
