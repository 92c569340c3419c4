import { type Books, createBooks, type Lease, LEASE_TIMINGS, LeaseTerm, type LeaseTimings } from "../../lib/ledger";
import { recoverHolds } from "../../lib/recovery";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

const EVERY_MS = 1_000;
const LOOKS_PER_INTERVAL = 4;

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
    everyMs: Math.min(EVERY_MS, timings.checksApartMs / LOOKS_PER_INTERVAL),
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
