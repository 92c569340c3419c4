import type pg from "pg";
import { AssertionError } from "../errors";
import { micros, ZERO_NANOS } from "../money";
import { nowMs } from "../time";
import { type Answer, Batcher, type BatcherOptions } from "./batcher";
import type { Books, Reserve, ReserveOutcome, UsageEnd } from "./flush";
import { CODES } from "./flush.store";
import { type Lease, LEASE_TIMINGS } from "./lease";

export type BooksOptions = Pick<BatcherOptions, "batchMax" | "onFlush"> & {
  /** How long a reserve or an extend waits for a database that is away. */
  patienceMs?: number;
};

const PATIENCE_MS = 5_000;
/** A request whose first key failed is under way: it waits for as long as its lease may live. */
const ATTEMPT_PATIENCE_MS = LEASE_TIMINGS.ttlMs;

/**
 * The five verbs on the books, with group commit.
 *
 * Every promise resolves after the commit. Ends of holds are tried until they are in the books; reserves and extends give
 * up after `patienceMs`, the attempts of a request under way when its lease has surely lapsed, and a reserve that was given up and may be in the books all the same is released there.
 * Errors: `ScripError` unavailable where the database is away; `AssertionError` for an item that the ledger refuses.
 */
export function createBooks(
  pool: pg.Pool,
  lease: Lease,
  options: BooksOptions = {},
): Books & { idle(): Promise<void> } {
  const { patienceMs = PATIENCE_MS, batchMax, onFlush } = options;
  const batcher: Batcher = new Batcher(pool, lease, {
    batchMax,
    onFlush,
    onAbandoned(item) {
      if (item.verb !== "reserve") return;
      const input = { hold: item.input.hold, costNanos: ZERO_NANOS, end: unusedEnd(item.input) };
      void batcher.add({ verb: "release", input, givenUp: item.input }, null).catch(() => undefined);
    },
  });
  return {
    async reserve(input) {
      return toReserveOutcome(await batcher.add({ verb: "reserve", input }, patienceMs), input);
    },
    async attempt(input) {
      const { code } = await batcher.add({ verb: "attempt", input }, ATTEMPT_PATIENCE_MS);
      return { outcome: code === CODES.done ? "recorded" : "closed" };
    },
    async extend(input) {
      const { code, amount } = await batcher.add({ verb: "extend", input }, patienceMs);
      if (code === CODES.short) return { outcome: "short", spendableMicros: micros(amount ?? 0n) };
      return { outcome: code === CODES.done ? "held" : "closed" };
    },
    async settle(input) {
      const { code, amount } = await batcher.add({ verb: "settle", input }, null);
      const chargedMicros = micros(amount ?? 0n);
      if (code !== CODES.done && code !== CODES.late) return { outcome: "closed", chargedMicros };
      const overrunMicros = micros(input.chargeMicros - chargedMicros);
      return { outcome: code === CODES.late ? "late" : "settled", chargedMicros, overrunMicros };
    },
    async release(input) {
      const { code, amount } = await batcher.add({ verb: "release", input }, null);
      return code === CODES.done ? { outcome: "released" } : { outcome: "closed", chargedMicros: micros(amount ?? 0n) };
    },
    idle: () => batcher.idle(),
  };
}

function toReserveOutcome({ code, amount, extra, lease }: Answer, input: Reserve): ReserveOutcome {
  switch (code) {
    case CODES.done:
      return { outcome: "held", lease };
    case CODES.before:
      return { outcome: "repeated" };
    case CODES.short:
      return { outcome: "short", spendableMicros: micros(amount ?? 0n) };
    case CODES.debt:
      return { outcome: "debt", debtMicros: micros(amount ?? 0n) };
    case CODES.overLimit: {
      if (!extra || !("owner" in extra)) throw new AssertionError("the books name the counter that is over its limit");
      const leg = input.legs.find(
        ({ owner, kind, period }) => owner === extra.owner && kind === extra.kind && period === extra.period,
      );
      if (!leg) throw new AssertionError("the books name a counter that wasn't asked for");
      return { outcome: "over_limit", leg, used: BigInt(extra.used), held: BigInt(extra.held) };
    }
    case CODES.ended:
      return { outcome: "ended" };
    default:
      throw new AssertionError(`the books answer a reserve with ${code}`);
  }
}

/** The end of a request that was given up before anything was dispatched. */
function unusedEnd(input: Reserve): UsageEnd {
  return {
    channel: input.draft.channel,
    poolKey: input.poolKey,
    keyOwner: input.draft.keyOwner,
    upstreamModel: input.draft.upstreamModel,
    meters: {},
    multipliers: [],
    breakdown: [],
    costBreakdown: [],
    attempts: [],
    requests: 0,
    estimated: false,
    lost: false,
    status: "failed",
    httpStatus: 503,
    errorCode: "unavailable",
    latencyMs: Math.max(0, nowMs() - input.arrivedMs),
    ttftMs: null,
  };
}
