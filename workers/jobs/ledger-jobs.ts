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
import type { Uuid } from "../../lib/ids";
import { recoverHolds } from "../../lib/recovery";
import { nowMs } from "../../lib/time";
import { foldAttempts, listKeysToFold } from "../../lib/usage";
import { checkLedger } from "../../lib/verification";
import { type JobContext, type Loop, raiseAlert } from "./loop";
import { SET_ASIDE_MS, SetAside } from "./set-aside";

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

/**
 * Tells suppliers' keys what settled attempts cost them, and vests what they earned contributors: both or neither. Where a batch
 * fails each of its keys is tried alone: one that fails by itself is set aside, and the rest goes on.
 */
export function foldAttemptsLoop(context: JobContext, asideMs = SET_ASIDE_MS): Loop {
  const { database, log } = context;
  const aside = new SetAside(context, "attempts_set_aside", asideMs);

  async function fold(input: { except?: Uuid[]; only?: Uuid }): Promise<number> {
    const ctx = systemCtx("fold_attempts", nowMs());
    const { attempts, depleted } = await database.inTransaction(async (tx) => {
      const taken = await foldAttempts(tx, ctx, { limit: ATTEMPTS_MAX, ...input });
      await vestContributions(tx, ctx, taken.attempts);
      return taken;
    });
    if (depleted.length > 0) log.info({ depleted }, "pool keys used up their quota");
    return attempts.length;
  }

  /** Each key's attempts by themselves. Errors: those of the database where it is away. */
  async function foldEach(except: Uuid[]): Promise<void> {
    for (const key of await listKeysToFold(database.reader, { limit: ATTEMPTS_MAX, except })) {
      try {
        await fold({ only: key });
      } catch (error) {
        await aside.add(key, error);
      }
    }
  }

  return {
    name: "fold_attempts",
    everyMs: FOLD_ATTEMPTS_MS,
    async runOnce() {
      const except = aside.ids();
      try {
        return (await fold({ except })) >= ATTEMPTS_MAX;
      } catch (error) {
        log.warn({ error }, "attempts can't be folded together: each key's are tried alone");
        await foldEach(except);
        return false;
      }
    },
  };
}

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
export function reapHoldsLoop(context: JobContext, timings: LeaseTimings = LEASE_TIMINGS): Loop {
  const { database, log } = context;
  const aside = new SetAside(context, "hold_set_aside");
  const books: Books = createBooks(database.pool, NO_LEASE);
  return {
    name: "reap_holds",
    everyMs: Math.min(REAP_HOLDS_MS, timings.checksApartMs / CHECKS_PER_INTERVAL),
    async runOnce() {
      const { leasesClosed, settled, released, failed } = await recoverHolds(database, books, timings, aside.ids());
      for (const { hold, error } of failed) await aside.add(hold, error);
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
