import { vestContributions } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import {
  type Books,
  createBooks,
  expireLots,
  foldDeltas,
  type Lease,
  LEASE_TIMINGS,
  LeaseTerm,
  type LeaseTimings,
  makePartitions,
} from "../../lib/ledger";
import { recoverHolds } from "../../lib/recovery";
import { nowMs } from "../../lib/time";
import { foldAttempts } from "../../lib/usage";
import { checkLedger } from "../../lib/verification";
import { type JobContext, type Loop, raiseAlert } from "./loop";

/** Partitions are there so many months ahead. */
const MONTHS_AHEAD = 3;

/** Makes the books' partitions, and tells when rows lie in a default one. */
export async function makePartitionsJob({ database, log }: JobContext): Promise<void> {
  for (const { parent, rows } of await makePartitions(database, MONTHS_AHEAD)) {
    raiseAlert(log, "default_partition_not_empty", { parent, rows: String(rows) });
  }
}

const FOLD_DELTAS_MS = 200;
const DELTAS_MAX = 10_000n;

/** Folds what flushes added to the platform's accounts. */
export const foldDeltasLoop = ({ database }: JobContext): Loop => ({
  name: "fold_deltas",
  everyMs: FOLD_DELTAS_MS,
  runOnce: async () => (await foldDeltas(database)) >= DELTAS_MAX,
});

// Quotas and vesting are at most two seconds behind settlements.
const FOLD_ATTEMPTS_MS = 500;
const ATTEMPTS_MAX = 2_000;

/** Tells suppliers' keys what settled attempts cost them, and vests what they earned contributors: both or neither. */
export const foldAttemptsLoop = ({ database, log }: JobContext): Loop => ({
  name: "fold_attempts",
  everyMs: FOLD_ATTEMPTS_MS,
  async runOnce() {
    const ctx = systemCtx("fold_attempts", nowMs());
    const { attempts, depleted } = await database.inTransaction(async (tx) => {
      const fold = await foldAttempts(tx, ctx, { limit: ATTEMPTS_MAX });
      await vestContributions(tx, ctx, fold.attempts);
      return fold;
    });
    if (depleted.length > 0) log.info({ depleted }, "pool keys used up their quota");
    return attempts.length >= ATTEMPTS_MAX;
  },
});

const EXPIRE_LOTS_MS = 5_000;
const LOTS_MAX = 500;

/** Expires credits that are past their date; what a hold keeps goes at a later turn. */
export const expireLotsLoop = ({ database, log }: JobContext): Loop => ({
  name: "expire_lots",
  everyMs: EXPIRE_LOTS_MS,
  async runOnce() {
    const expired = await expireLots(database, LOTS_MAX);
    if (expired > 0n) log.info({ expiredMicros: String(expired) }, "credits expired");
    return expired > 0n;
  },
});

const REAP_HOLDS_MS = 1_000;
const CHECKS_PER_INTERVAL = 4;

/** This process ends holds and makes none, so it needs no lease. */
const NO_TERM = new LeaseTerm(0n, 0, { monotonicMs: 0, wallMs: 0 });
const NO_LEASE: Lease = { current: () => NO_TERM, replace: () => Promise.resolve(), close: () => Promise.resolve() };

/**
 * Ends the holds of gateways that are gone.
 *
 * While the database was away or hung nobody could renew a lease: what closes one are two looks that were answered, so far
 * apart that whoever lives has renewed it in between.
 */
export function reapHoldsLoop({ database, log }: JobContext, timings: LeaseTimings = LEASE_TIMINGS): Loop {
  const books: Books = createBooks(database.pool, NO_LEASE);
  return {
    name: "reap_holds",
    everyMs: Math.min(REAP_HOLDS_MS, timings.checksApartMs / CHECKS_PER_INTERVAL),
    async runOnce() {
      const { leasesClosed, settled, released } = await recoverHolds(database, books, timings);
      if (leasesClosed > 0n || settled + released > 0) {
        log.warn(
          { leasesClosed: String(leasesClosed), settled, released },
          "ended the holds of gateways that are gone",
        );
      }
      return false;
    },
  };
}

/** Verifies the whole ledger, and every charge against its card; stores what it found. */
export async function verifyLedgerJob({ database, log }: JobContext): Promise<void> {
  const { invariants, broken } = await checkLedger(database, nowMs());
  if (broken.length === 0) log.info({ invariants }, "the ledger verifies");
  for (const { invariant, rows, first } of broken) raiseAlert(log, "ledger_violation", { invariant, rows, first });
}
