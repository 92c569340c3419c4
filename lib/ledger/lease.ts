import type pg from "pg";
import { closeLease, openLease, renewLease } from "./lease.store";

/** A process's claim on its holds: whoever stops renewing it has its holds ended by the reaper. */
export type Lease = {
  /** The id that holds are made under; a new one after the old was closed. */
  current(): bigint;
  /** Take a new lease where the given one was closed. */
  replace(closed: bigint): Promise<void>;
  /** Close it: what is still open is the reaper's. */
  close(): Promise<void>;
};

export const LEASE_RENEW_MS = 5_000;
export const LEASE_TTL_MS = 20_000;

/**
 * Open a lease and keep it renewed every `renewMs` until it is closed.
 *
 * A renewal that fails is tried again at the next beat; a lease found closed is replaced.
 */
export async function keepLease(pool: pg.Pool, processName: string, renewMs = LEASE_RENEW_MS): Promise<Lease> {
  let id = await openLease(pool, processName);
  let replacing: Promise<void> | undefined;
  const replace = (closed: bigint): Promise<void> => {
    if (closed !== id) return Promise.resolve();
    replacing ??= openLease(pool, processName)
      .then((next) => {
        id = next;
      })
      .finally(() => {
        replacing = undefined;
      });
    return replacing;
  };
  const renew = async (): Promise<void> => {
    const mine = id;
    if (!(await renewLease(pool, mine))) await replace(mine);
  };
  // The database may be away for a while: the next beat asks again.
  const timer = setInterval(() => void renew().catch(() => undefined), renewMs);
  timer.unref();
  return {
    current: () => id,
    replace,
    async close() {
      clearInterval(timer);
      await closeLease(pool, id);
    },
  };
}
