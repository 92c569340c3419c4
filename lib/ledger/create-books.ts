import type pg from "pg";
import { AssertionError, ScripError } from "../errors";
import { micros } from "../money";
import { delay, nowMs } from "../time";
import type { Books, Reserve, UsageEnd } from "./flush";
import { type FlushItem, type FlushReply, runFlush } from "./flush.store";
import type { Lease } from "./lease";

export type BooksOptions = {
  /** Items in one flush at most. */
  batchMax?: number;
  /** How long a reserve, an attempt or an extend waits for a database that is away. */
  patienceMs?: number;
  /** Told of each flush that was committed. */
  onFlush?: (items: number, durationMs: number) => void;
};

type Waiting = {
  item: FlushItem;
  deadlineMs: number;
  /** It may have been committed: the connection broke while we waited for the answer. */
  isRepeated: boolean;
  resolve: (reply: FlushReply) => void;
  reject: (error: Error) => void;
};

const BATCH_MAX = 256;
const PATIENCE_MS = 5_000;
const BACKOFF_MS_MAX = 1_000;

const sqlState = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "";
};
/** Another transaction stood in the way, or the server went away: the same batch again. Source: PostgreSQL appendix A. */
const isPassing = (state: string): boolean => state === "" || /^(08|53|57|40|55P03|25006)/.test(state);

/**
 * The five verbs on the books, with group commit: what arrives while one flush runs forms the next one.
 *
 * One flush at a time; every promise resolves after the commit. A connection that breaks leaves it open whether a batch
 * was committed, so the same batch is sent again: ids make it exact. Ends of holds are tried until they are in the books;
 * the other verbs give up after `patienceMs`.
 * Errors: `ScripError` unavailable where the database is away; `AssertionError` for an item that the books refuse.
 */
export function createBooks(pool: pg.Pool, lease: Lease, options: BooksOptions = {}): Books & { idle(): Promise<void> } {
  const { batchMax = BATCH_MAX, patienceMs = PATIENCE_MS, onFlush } = options;
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function carryOut(batch: Waiting[]): Promise<void> {
    const leaseId = lease.current();
    const startedMs = nowMs();
    let replies: FlushReply[];
    try {
      replies = await runFlush(pool, leaseId, batch.map((waiting) => waiting.item));
    } catch (error) {
      await recover(batch, error);
      return;
    }
    onFlush?.(batch.length, nowMs() - startedMs);
    let isLeaseClosed = false;
    for (const [i, waiting] of batch.entries()) {
      const reply = replies[i];
      if (!reply) continue;
      if (waiting.item.verb === "reserve" && reply.code === 5 && nowMs() < waiting.deadlineMs) {
        isLeaseClosed = true;
        queue.push(waiting);
      } else waiting.resolve(waiting.isRepeated && reply.code === 1 ? { ...reply, code: 0 } : reply);
    }
    // A database that is away shows at the next flush.
    if (isLeaseClosed) await lease.replace(leaseId).catch(() => undefined);
  }

  async function recover(batch: Waiting[], error: unknown): Promise<void> {
    if (!(error instanceof AssertionError) && isPassing(sqlState(error))) {
      for (const waiting of batch) waiting.isRepeated = true;
      queue = [...batch, ...queue];
      return;
    }
    const [first] = batch;
    if (batch.length === 1 && first) {
      first.reject(new AssertionError(`the books refuse ${first.item.verb}: ${(error as Error).message}`));
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await carryOut(batch.slice(0, middle));
    await carryOut(batch.slice(middle));
  }

  function giveUpLate(): void {
    const now = nowMs();
    const late = queue.filter((waiting) => waiting.deadlineMs <= now);
    if (!late.length) return;
    queue = queue.filter((waiting) => waiting.deadlineMs > now);
    for (const waiting of late) {
      waiting.reject(new ScripError("unavailable", "The books can't be reached at the moment. Try again shortly.", { retryAfterS: 2 }));
      // Nobody waits for it any more, but it may be in the books: end it there.
      if (waiting.item.verb === "reserve" && waiting.isRepeated) {
        const input = { hold: waiting.item.input.hold, costNanos: 0n as never, end: unusedEnd(waiting.item.input) };
        queue.push({
          item: { verb: "release", input },
          deadlineMs: Infinity,
          isRepeated: true,
          resolve: () => undefined,
          reject: () => undefined,
        });
      }
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; queue.length; ) {
      const before = queue.length;
      const batch = queue.splice(0, batchMax);
      await carryOut(batch);
      giveUpLate();
      failures = queue.length >= before && batch.some((waiting) => queue.includes(waiting)) ? failures + 1 : 0;
      if (failures) await delay(Math.min(BACKOFF_MS_MAX, 25 * 2 ** Math.min(failures, 6)));
    }
    running = undefined;
  }

  function add(item: FlushItem, deadlineMs: number): Promise<FlushReply> {
    return new Promise((resolve, reject) => {
      queue.push({ item, deadlineMs, isRepeated: false, resolve, reject });
      // What arrives in the same turn of the event loop goes with the same flush.
      running ??= new Promise((turn) => setImmediate(turn)).then(run);
    });
  }

  const soon = (): number => nowMs() + patienceMs;
  return {
    async reserve(input) {
      return toReserveOutcome(await add({ verb: "reserve", input }, soon()), input);
    },
    async attempt(input) {
      const { code } = await add({ verb: "attempt", input }, soon());
      return { outcome: code === 0 ? "recorded" : "closed" };
    },
    async extend(input) {
      const { code, amount } = await add({ verb: "extend", input }, soon());
      if (code === 2) return { outcome: "short", spendableMicros: micros(amount ?? 0n) };
      return { outcome: code === 0 ? "held" : "closed" };
    },
    async settle(input) {
      const { code, amount } = await add({ verb: "settle", input }, Infinity);
      const chargedMicros = micros(amount ?? 0n);
      if (code !== 0) return { outcome: "closed", chargedMicros };
      return { outcome: "settled", chargedMicros, overrunMicros: micros(input.chargeMicros - chargedMicros) };
    },
    async release(input) {
      const { code, amount } = await add({ verb: "release", input }, Infinity);
      return code === 0 ? { outcome: "released" } : { outcome: "closed", chargedMicros: micros(amount ?? 0n) };
    },
    async idle() {
      while (running) await running;
    },
  };
}

function toReserveOutcome(reply: FlushReply, input: Reserve): Awaited<ReturnType<Books["reserve"]>> {
  const amount = reply.amount ?? 0n;
  switch (reply.code) {
    case 0:
      return { outcome: "held" };
    case 1:
      return { outcome: "repeated" };
    case 2:
      return { outcome: "short", spendableMicros: micros(amount) };
    case 3:
      return { outcome: "debt", debtMicros: micros(amount) };
    case 4: {
      const { extra } = reply;
      const leg = input.legs.find((l) => l.owner === extra?.owner && l.kind === extra.kind && l.period === extra.period);
      if (!extra || !leg) throw new AssertionError("the books name a counter that wasn't asked for");
      return { outcome: "over_limit", leg, used: BigInt(extra.used), held: BigInt(extra.held) };
    }
    default:
      return { outcome: "lease_closed" };
  }
}

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
    requests: 1,
    estimated: false,
    lost: false,
    status: "failed",
    httpStatus: 503,
    errorCode: "unavailable",
    latencyMs: Math.max(0, nowMs() - input.arrivedMs),
    ttftMs: null,
  };
}
