import pg from "pg";
import { type Instant, instant } from "../time";
import { closeLease, openLease, renewLease } from "./lease.store";

/** How leases live and end. Units: milliseconds. */
export type LeaseTimings = {
  /** How long a lease lives after a renewal. */
  ttlMs: number;
  /** How often its gateway renews it. */
  renewMs: number;
  /** How far apart two looks must have found it lapsed before it is closed. */
  checksApartMs: number;
};

/**
 * A server that hangs for 30 s costs nobody a lease: a renewal was confirmed less than 7 s before (a beat and a statement's
 * limit), or is confirmed within a beat of its return, and no look before that counts twice. A dead gateway's lease is
 * closed within 36 + 5 s and two looks.
 */
export const LEASE_TIMINGS: LeaseTimings = { ttlMs: 36_000, renewMs: 3_000, checksApartMs: 5_000 };
/** How long a renewal of a lease, or a look at them, may take on the server, and its caller wait for it. */
export const LEASE_STATEMENT_MS = 4_000;
/** More than ever run at once: a renewal that hangs is given up before the second one after it. */
const CONNECTIONS_MAX = 3;

/**
 * One lease, from its opening until it was replaced: what holds are made under.
 *
 * It is valid for `ttlMs` after the last confirmed renewal was sent, on the monotonic clock and on the wall clock: the one
 * stands still while a virtual machine is suspended, the other may be set back. It never is again once it has ended.
 */
export class LeaseTerm {
  #sent: Instant;
  #hasEnded = false;

  constructor(
    readonly id: bigint,
    private readonly ttlMs: number,
    sent: Instant,
    private readonly now: () => Instant = instant,
  ) {
    this.#sent = sent;
  }

  /** A renewal was confirmed that was sent at that time. An earlier one may be confirmed later, and changes nothing. */
  confirm(sent: Instant): void {
    if (sent.monotonicMs > this.#sent.monotonicMs) this.#sent = sent;
  }

  /** The lease was found closed. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Whether nobody can have closed it: as long as it is, what is done under it is done under its holds. */
  isValid(): boolean {
    if (this.#hasEnded) return false;
    const { monotonicMs, wallMs } = this.now();
    return monotonicMs - this.#sent.monotonicMs < this.ttlMs && wallMs - this.#sent.wallMs < this.ttlMs;
  }
}

/** A process's claim on its holds: whoever stops renewing it has its holds ended by the reaper. */
export type Lease = {
  /** What holds are made under; a new one after the old was closed. */
  current(): LeaseTerm;
  /** Take a new lease where the given one was closed. */
  replace(closed: LeaseTerm): Promise<void>;
  /** Close it: what is still open is the reaper's. */
  close(): Promise<void>;
};

/** Connections of the lease's own: a renewal waits for no flush, and none for another that hangs. */
const openConnections = (pool: pg.Pool): pg.Pool => {
  const own = new pg.Pool({
    ...pool.options,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: LEASE_STATEMENT_MS,
    query_timeout: LEASE_STATEMENT_MS,
    statement_timeout: LEASE_STATEMENT_MS,
  });
  own.on("error", () => undefined);
  own.on("connect", (client) => client.on("error", () => undefined));
  return own;
};

/**
 * Open a lease and keep it renewed every `renewMs` until it is closed, on connections of its own to where `pool` leads.
 *
 * A renewal that fails is tried again at the next beat; a lease found closed is replaced.
 */
export async function keepLease(
  pool: pg.Pool,
  processName: string,
  timings: Partial<LeaseTimings> = {},
): Promise<Lease> {
  const { ttlMs, renewMs } = { ...LEASE_TIMINGS, ...timings };
  const own = openConnections(pool);
  const open = async (): Promise<LeaseTerm> => {
    const sent = instant();
    return new LeaseTerm(await openLease(own, processName), ttlMs, sent);
  };
  let term = await open();
  let replacing: Promise<void> | undefined;
  const replace = (closed: LeaseTerm): Promise<void> => {
    closed.end();
    if (closed !== term) return Promise.resolve();
    replacing ??= open()
      .then((next) => {
        term = next;
      })
      .finally(() => {
        replacing = undefined;
      });
    return replacing;
  };
  const renew = async (): Promise<void> => {
    const mine = term;
    const sent = instant();
    if (await renewLease(own, mine.id)) mine.confirm(sent);
    else await replace(mine);
  };
  // The database may be away for a while: the next beat asks again.
  const timer = setInterval(() => void renew().catch(() => undefined), renewMs);
  timer.unref();
  let closing: Promise<void> | undefined;
  return {
    current: () => term,
    replace,
    close() {
      clearInterval(timer);
      term.end();
      closing ??= closeLease(own, term.id).finally(() => own.end());
      return closing;
    },
  };
}
