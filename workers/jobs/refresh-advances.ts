import { refreshAdvances } from "../../lib/contributions";
import { isWorkedOff, type Job, workOff } from "../../lib/queue";
import type { JobContext } from "./job-context";

const BATCH = 200;

/** Brings a change of the advance's limit to every account with open contributions, a batch a transaction. */
export async function refreshAdvancesJob({ database }: JobContext, { outboxId }: Job): Promise<void> {
  if (outboxId === null || (await isWorkedOff(database, outboxId))) return;
  let after: bigint | null = 0n;
  while (after !== null) {
    const from: bigint = after;
    after = await database.inTransaction((tx) => refreshAdvances(tx, { after: from, limit: BATCH }));
  }
  await workOff(database, outboxId, () => Promise.resolve());
}
