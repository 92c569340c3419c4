import type pg from "pg";
import { AssertionError, ScripError } from "../errors";
import { delay, nowMs } from "../time";
import { CODES, type FlushItem, type FlushReply, runFlush, writeItem } from "./flush.store";
import type { Lease, LeaseTerm } from "./lease";

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
};

/**
 * What a failed flush means for its batch. Everything that isn't named here passes: the same batch is sent again.
 *
 * Source: PostgreSQL, appendix A; libuv's error names for connections.
 */
const flushErrors = {
  /** An item that the ledger refuses: data (22), constraints (23), a missing row (21), or our own broken promise. */
  isRefusal: (error: unknown): boolean => error instanceof AssertionError || /^2[123][0-9A-Z]{3}$/.test(codeOf(error)),
  /** The batch is too much for the server's time limit, or one of its wallets is locked: halves may pass. */
  isTooSlow: (error: unknown): boolean => /^(57014|55P03)$/.test(codeOf(error)),
  /** No connection was made: nothing of the batch can be in the ledger. */
  neverLeft: (error: unknown): boolean =>
    /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|57P03)$/.test(codeOf(error)),
};

export type BatcherOptions = {
  /** Items in one flush at most. */
  batchMax?: number;
  /** Called after each flush that was committed. */
  onFlush?: (items: number, durationMs: number) => void;
  /** Called for an item that nobody waits for any more and that is, or may yet come, in the ledger. */
  onAbandoned?: (item: FlushItem) => void;
};

/** What became of an item, and the lease that its flush ran under. */
export type Answer = FlushReply & { lease: LeaseTerm };

type Waiting = {
  item: FlushItem;
  row: string;
  /** It has left for the server, and may have been committed. */
  isSent: boolean;
  /** It had left before, and no answer came. */
  isRepeated: boolean;
  isDone: boolean;
  /** The lease under which it was sent first: that of its hold, if it was committed then. */
  lease: LeaseTerm | null;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
};

const BATCH_MAX = 256;
const BACKOFF_MS_MIN = 25;
const BACKOFF_MS_MAX = 1_000;

/**
 * Group commit: what arrives while one flush runs forms the next one.
 *
 * One flush at a time. A connection that breaks leaves it open whether its batch was committed, so the same batch is sent
 * again; the ids say what was done before. An item that the ledger refuses is found by halving and fails alone.
 */
export class Batcher {
  private queue: Waiting[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly lease: Lease,
    private readonly options: BatcherOptions,
  ) {}

  /**
   * Have an item carried out; resolves after the commit. A `patienceMs` of null waits for as long as it takes.
   *
   * Errors: `ScripError` unavailable after `patienceMs`; `AssertionError` where the ledger refuses the item; whatever
   * writing it as JSON throws, to its caller alone.
   */
  add(item: FlushItem, patienceMs: number | null): Promise<Answer> {
    const row = writeItem(item);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        item,
        row,
        isSent: false,
        isRepeated: false,
        isDone: false,
        lease: null,
        resolve,
        reject,
      };
      if (patienceMs !== null) this.limit(waiting, patienceMs);
      this.queue.push(waiting);
      // What arrives in the same turn of the event loop goes with the same flush.
      this.running ??= new Promise((turn) => setImmediate(turn)).then(() => this.run());
    });
  }

  /** Resolves when nothing waits any more: not before the database is back, where it is away. */
  async idle(): Promise<void> {
    do {
      while (this.running) await this.running;
      await new Promise((turn) => setImmediate(turn)); // in which callers of the last batch resume, and may ask for more
    } while (this.running);
  }

  private limit(waiting: Waiting, patienceMs: number): void {
    const { resolve, reject } = waiting;
    const timer = setTimeout(() => this.giveUp(waiting), patienceMs);
    waiting.resolve = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    waiting.reject = (error) => {
      clearTimeout(timer);
      reject(error);
    };
  }

  private giveUp(waiting: Waiting): void {
    if (waiting.isDone) return;
    waiting.isDone = true;
    this.queue = this.queue.filter((other) => other !== waiting);
    const refusal = "The ledger can't be reached at the moment. Try again shortly.";
    waiting.reject(new ScripError("unavailable", refusal, { retryAfterS: 2 }));
    if (waiting.isSent) this.options.onAbandoned?.(waiting.item);
  }

  private async run(): Promise<void> {
    try {
      let failures = 0;
      while (this.queue.length > 0) {
        failures = (await this.carryOut(this.takeBatch())) ? 0 : failures + 1;
        if (failures > 0) await delay(Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures, 6)));
      }
    } finally {
      this.running = undefined;
    }
  }

  /** The next batch: at most one item of a hold, since each hold has one answer a flush. */
  private takeBatch(): Waiting[] {
    const { batchMax = BATCH_MAX } = this.options;
    const holds = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.queue) {
      const { hold } = waiting.item.input;
      (batch.length < batchMax && !holds.has(hold) ? batch : rest).push(waiting);
      holds.add(hold);
    }
    this.queue = rest;
    return batch;
  }

  /** Whether the database answered; where it didn't, the batch is back at the head of the queue. */
  private async carryOut(batch: Waiting[]): Promise<boolean> {
    const lease = this.lease.current();
    const startedMs = nowMs();
    for (const waiting of batch) {
      waiting.isSent = true;
      waiting.lease ??= lease;
    }
    let replies: FlushReply[];
    try {
      replies = await runFlush(this.pool, lease.id, batch);
    } catch (error) {
      return this.recover(batch, error);
    }
    this.options.onFlush?.(batch.length, nowMs() - startedMs);
    const refused = batch.filter(({ item }, at) => item.verb === "reserve" && replies[at]?.code === CODES.leaseClosed);
    // The next batch leaves before those of this one go on, so that the server works while they do.
    setImmediate(() => this.answer(batch, replies, lease));
    if (refused.length === 0) return true;
    for (const waiting of refused) waiting.lease = null;
    this.queue.push(...refused.filter((waiting) => !waiting.isDone));
    return this.lease.replace(lease).then(
      () => true,
      () => false,
    );
  }

  /** Resolve every caller, save those who are back in the queue because the lease was closed. */
  private answer(batch: Waiting[], replies: FlushReply[], lease: LeaseTerm): void {
    for (const [i, waiting] of batch.entries()) {
      const reply = replies[i];
      if (!reply) throw new AssertionError("a flush has a reply for each item");
      if (waiting.isDone || (waiting.item.verb === "reserve" && reply.code === CODES.leaseClosed)) continue;
      waiting.isDone = true;
      const isBefore = waiting.isRepeated && isOurOwn(waiting.item, reply);
      waiting.resolve(isBefore ? { ...reply, code: CODES.done, lease: waiting.lease ?? lease } : { ...reply, lease });
    }
  }

  private async recover(batch: Waiting[], error: unknown): Promise<boolean> {
    const isHalved = batch.length > 1 && flushErrors.isTooSlow(error);
    if (!flushErrors.isRefusal(error) && !isHalved) {
      const left = batch.filter((waiting) => !waiting.isDone);
      for (const waiting of left) {
        waiting.isSent = waiting.isRepeated || !flushErrors.neverLeft(error);
        waiting.isRepeated = waiting.isSent;
      }
      this.queue = [...left, ...this.queue];
      return false;
    }
    const [first] = batch;
    if (batch.length === 1 && first) {
      first.isDone = true;
      first.reject(new AssertionError(`the ledger refuses ${first.item.verb}: ${(error as Error).message}`));
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    const halves = [await this.carryOut(batch.slice(0, middle)), await this.carryOut(batch.slice(middle))];
    return halves.every((isAnswered) => isAnswered);
  }
}

/** Whether an item that was sent before finds what it did itself, and not what the reaper did meanwhile. */
function isOurOwn(item: FlushItem, { code, extra }: FlushReply): boolean {
  if (code !== CODES.before) return false;
  if (item.verb === "reserve") return true;
  if (item.verb !== "settle" && item.verb !== "release") return false;
  const isReleased = item.verb === "release";
  return extra !== null && "lost" in extra && extra.lost === item.input.end.lost && extra.released === isReleased;
}
