import { refreshAdvances } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import { wasProcessed, type Job, processOnce } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

const BATCH = 200;
const EVERY_MS = 10_000;

/** One batch of accounts whose advance isn't what it may be by now. True: there may be more. */
async function refreshSome({ database }: JobContext): Promise<boolean> {
  const ctx = systemCtx("refresh_advances", nowMs());
  return (await database.inTransaction((tx) => refreshAdvances(tx, ctx, { limit: BATCH }))) === BATCH;
}

/** Brings a change of the advance's settings to every account that it concerns, a batch a transaction. */
export async function refreshAdvancesJob(context: JobContext, { outboxId }: Job): Promise<void> {
  if (outboxId === null || (await wasProcessed(context.database, outboxId))) return;
  while (await refreshSome(context));
  await processOnce(context.database, outboxId, () => Promise.resolve());
}

/**
 * Closes the advance on keys that were taken out or have shown no life for a day, and opens it where they are back. What an owner
 * does, vesting and the end of a contribution don't wait for it.
 */
export const refreshAdvancesLoop = (context: JobContext): Loop => ({
  name: "refresh_advances",
  everyMs: EVERY_MS,
  runOnce: () => refreshSome(context),
});
