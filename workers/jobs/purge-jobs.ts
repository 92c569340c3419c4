import { purgeQuotes } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import { purgeReplies } from "../../lib/idempotency";
import { purgeOldHolds } from "../../lib/ledger";
import { CONSUMER, purgeProcessed } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import { dropOldUsage, purgeRefused } from "../../lib/usage";
import { purgeChecks } from "../../lib/verification";
import type { JobContext } from "./loop";

const BATCH = 1_000;
const OUTBOX_KEPT_MS = 7 * 86_400_000;

/** Repeats a bounded removal until less than the bound is left to remove. */
async function untilDone(removeSome: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const gone = await removeSome();
    total += gone;
    if (gone < BATCH) return total;
  }
}

/**
 * Removes what is kept no longer: holds and operations after 400 days, usage after 13 months, checks of the ledger after 90
 * days, refused requests after 30 days, done jobs after a week, results of idempotency keys after a day.
 */
export async function purgeOldJob({ database, log }: JobContext): Promise<void> {
  const holds = await untilDone(async () => Number(await purgeOldHolds(database, BATCH)));
  const beforeMs = nowMs() - OUTBOX_KEPT_MS;
  const jobs = await untilDone(() => database.inTransaction((tx) => purgeProcessed(tx, beforeMs, CONSUMER, BATCH)));
  const ctx = systemCtx("forget-old", nowMs());
  const replies = await untilDone(() => database.inTransaction((tx) => purgeReplies(tx, ctx, BATCH)));
  const checks = await untilDone(() => database.inTransaction((tx) => purgeChecks(tx, ctx, BATCH)));
  const refused = await untilDone(() => database.inTransaction((tx) => purgeRefused(tx, ctx, BATCH)));
  const partitions = await dropOldUsage(database);
  if (holds + jobs + replies + checks + refused + partitions.length > 0)
    log.info({ holds, jobs, replies, checks, refused, partitions }, "forgot what is kept no longer");
}

/** Destroys the keys that expired quotes hold. */
export async function purgeQuotesJob({ database, log }: JobContext): Promise<void> {
  const ctx = systemCtx("forget_quotes", nowMs());
  const forgotten = await database.inTransaction((tx) => purgeQuotes(tx, ctx));
  if (forgotten > 0) log.info({ forgotten }, "destroyed the keys of expired quotes");
}
