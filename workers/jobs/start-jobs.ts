import type { Database } from "../../lib/db";
import { openLocks } from "../../lib/db/locks";
import type { LeaseTimings } from "../../lib/ledger";
import type { Log } from "../../lib/log";
import { REFUND_TOPIC, SESSION_TOPIC, STRIPE_EVENT_TOPIC, type StripeApi } from "../../lib/payments";
import { DIED_TOPIC, PROBE_TOPIC } from "../../lib/pool";
import { type Handler, openQueue, recordFailure } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import { ADVANCE_LIMIT_TOPIC } from "../../lib/settings";
import type { Vault } from "../../lib/vault";
import {
  closeDeadKeyJob,
  type ProbeContext,
  probePoolKeyJob,
  probePoolKeysLoop,
  refreshAdvancesJob,
  refreshAdvancesLoop,
  refreshKeyFingerprintsJob,
} from "./key-jobs";
import {
  expireLotsLoop,
  foldAttemptsLoop,
  foldDeltasLoop,
  makePartitionsJob,
  reapHoldsLoop,
  verifyLedgerJob,
} from "./ledger-jobs";
import { purgeOldJob, purgeQuotesJob } from "./purge-jobs";
import { type Loop, runLoop, type RunningLoop } from "./loop";
import { relayOutboxLoop, sweepOutboxLoop } from "./outbox-jobs";
import {
  recordFeesJob,
  recoverRecentEventsJob,
  recoverStripeEventsJob,
  refundPurchaseJob,
  type StripeContext,
  stripeEventJob,
  stripeSessionJob,
} from "./stripe-jobs";

export type JobsOptions = {
  database: Database;
  vault: Vault;
  log: Log;
  databaseUrl: string;
  redisUrl?: string | undefined;
  providerBaseUrls: ReadonlyMap<string, string>;
  /** Where purchases are paid; none, and they wait. */
  stripe?: StripeApi | null;
  /** How long a gateway that doesn't renew its lease is believed to live; the ledger's own timings without it. */
  lease?: LeaseTimings | undefined;
};

export type RunningJobs = { readonly loops: readonly RunningLoop[]; stop(): Promise<void> };

const TWO_MINUTES_MS = 120_000;
const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the queue does at intervals, by the job's name; the outbox may ask for each of them too. */
const SCHEDULE = {
  make_partitions: DAY_MS,
  verify_ledger: HOUR_MS,
  forget_old: DAY_MS,
  recover_stripe_events: HOUR_MS,
  recover_recent_events: TWO_MINUTES_MS,
  forget_quotes: FIVE_MINUTES_MS,
  record_fees: FIVE_MINUTES_MS,
} as const;

type Topic =
  | keyof typeof SCHEDULE
  | typeof PROBE_TOPIC
  | typeof DIED_TOPIC
  | typeof ADVANCE_LIMIT_TOPIC
  | typeof STRIPE_EVENT_TOPIC
  | typeof SESSION_TOPIC
  | typeof REFUND_TOPIC;

/**
 * Start everything that happens behind the requests: loops that one process at a time runs, and the queue's jobs.
 *
 * Every piece of it may be cut off at any point and be run twice. Stopping lets turns that have begun end first.
 */
export async function startJobs(options: JobsOptions): Promise<RunningJobs> {
  const { database, log, databaseUrl, redisUrl, lease } = options;
  const context: ProbeContext & StripeContext = { ...options, stripe: options.stripe ?? null };
  const tell = (problem: string, error: unknown): void => log.warn({ error }, problem);
  const queue = openQueue({ redisUrl, databaseUrl, tell });

  // Before anything can come in that needs them, and not through a queue that may be away.
  await makePartitionsJob(context);
  await refreshKeyFingerprintsJob(context);

  const handlers: Record<Topic, Handler> = {
    make_partitions: () => makePartitionsJob(context),
    verify_ledger: () => verifyLedgerJob(context),
    forget_old: () => purgeOldJob(context),
    recover_stripe_events: () => recoverStripeEventsJob(context),
    recover_recent_events: () => recoverRecentEventsJob(context),
    forget_quotes: () => purgeQuotesJob(context),
    record_fees: () => recordFeesJob(context),
    [DIED_TOPIC]: (job) => closeDeadKeyJob(context, job),
    [PROBE_TOPIC]: (job) => probePoolKeyJob(context, job),
    [ADVANCE_LIMIT_TOPIC]: (job) => refreshAdvancesJob(context, job),
    [SESSION_TOPIC]: (job) => stripeSessionJob(context, job),
    [STRIPE_EVENT_TOPIC]: (job) => stripeEventJob(context, job),
    [REFUND_TOPIC]: (job) => refundPurchaseJob(context, job),
  };
  const noting =
    (handler: Handler): Handler =>
    async (job) => {
      try {
        await handler(job);
      } catch (error) {
        if (job.outboxId !== null) await recordFailure(database, job.outboxId, error, nowMs()).catch(() => undefined);
        throw error;
      }
    };
  queue.work(Object.fromEntries(Object.entries(handlers).map(([topic, handler]) => [topic, noting(handler)])));
  const schedule = async (): Promise<void> => {
    for (const [topic, everyMs] of Object.entries(SCHEDULE)) await queue.schedule(topic, everyMs);
  };

  const loops: Loop[] = [
    foldDeltasLoop(context),
    foldAttemptsLoop(context),
    reapHoldsLoop(context, lease),
    expireLotsLoop(context),
    relayOutboxLoop(context, queue),
    sweepOutboxLoop(context, schedule),
    probePoolKeysLoop(context),
    refreshAdvancesLoop(context),
  ];
  const locks = openLocks(database);
  const running = loops.map((loop) => runLoop(locks, log, loop));
  return {
    loops: running,
    async stop() {
      await Promise.all(running.map((loop) => loop.stop()));
      locks.close();
      await queue.close();
    },
  };
}
