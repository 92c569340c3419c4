import { type Books, createBooks, LEASE_TTL_MS } from "../../lib/ledger";
import { recoverHolds } from "../../lib/metering";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

const EVERY_MS = 1_000;

/** This process ends holds and makes none, so it needs no lease. */
const NO_LEASE = { current: () => 0n, replace: () => Promise.resolve(), close: () => Promise.resolve() };

/**
 * Ends the holds of gateways that are gone.
 *
 * While the database was away nobody could renew a lease: after each absence, and at our own start, the living get half
 * a lease's time to do so before any lease is closed.
 */
export function reapHoldsLoop({ database, log }: JobContext, leaseTtlMs = LEASE_TTL_MS): Loop {
  const books: Books = createBooks(database.pool, NO_LEASE);
  const graceMs = leaseTtlMs / 2;
  let lastMs: number | undefined;
  let sinceMs = 0;
  return {
    name: "reap_holds",
    everyMs: Math.min(EVERY_MS, graceMs / 2),
    async runOnce() {
      const startMs = nowMs();
      if (lastMs === undefined || startMs - lastMs > graceMs) sinceMs = startMs;
      const mayClose = startMs - sinceMs >= graceMs;
      const recovery = await recoverHolds(database, books, mayClose ? leaseTtlMs : null);
      lastMs = nowMs();
      const { leasesClosed, settled, released } = recovery;
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
