import { deleteEndedLogins, deleteExpiredSessions } from "../../lib/auth";
import { purgeQuotes } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import type { Tx } from "../../lib/db";
import { purgeReplies } from "../../lib/idempotency";
import { purgeOldHolds } from "../../lib/ledger";
import { purgeEvents } from "../../lib/payments";
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
 * Removes what is kept no longer: holds and operations after 400 days, usage after 13 months, checks of the ledger and handled
 * Stripe events after 90 days, refused requests after 30, done jobs after a week, results of idempotency keys after a day,
 * sessions and counts of failed sign-ins when they have ended.
 */
export async function purgeOldJob({ database, log }: JobContext): Promise<void> {
  const ctx = systemCtx("forget-old", nowMs());
  const { nowMs: atMs } = ctx;
  const some = (remove: (tx: Tx) => Promise<number>): Promise<number> =>
    untilDone(() => database.inTransaction(remove));
  const gone = {
    holds: await untilDone(async () => Number(await purgeOldHolds(database, BATCH))),
    jobs: await some((tx) => purgeProcessed(tx, atMs - OUTBOX_KEPT_MS, CONSUMER, BATCH)),
    replies: await some((tx) => purgeReplies(tx, ctx, BATCH)),
    checks: await some((tx) => purgeChecks(tx, ctx, BATCH)),
    refused: await some((tx) => purgeRefused(tx, ctx, BATCH)),
    events: await some((tx) => purgeEvents(tx, atMs, BATCH)),
    sessions: await some((tx) => deleteExpiredSessions(tx, atMs, BATCH)),
    logins: await some((tx) => deleteEndedLogins(tx, atMs, BATCH)),
    partitions: (await dropOldUsage(database)).length,
  };
  if (Object.values(gone).some((count) => count > 0)) log.info(gone, "forgot what is kept no longer");
}

/** Destroys the keys that expired quotes hold. */
export async function purgeQuotesJob({ database, log }: JobContext): Promise<void> {
  const ctx = systemCtx("forget_quotes", nowMs());
  const forgotten = await database.inTransaction((tx) => purgeQuotes(tx, ctx));
  if (forgotten > 0) log.info({ forgotten }, "destroyed the keys of expired quotes");
}
