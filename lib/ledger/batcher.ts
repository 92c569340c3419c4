import type pg from "pg";
import { AssertionError, ScripError } from "../errors";
import { delay, nowMs } from "../time";
import { type FlushItem, type FlushReply, runFlush } from "./flush.store";
import type { Lease } from "./lease";

export type BatcherOptions = {
  /** Items in one flush at most. */
  batchMax?: number;
  /** Told of each flush that was committed. */
  onFlush?: (items: number, durationMs: number) => void;
  /** Told of an item that nobody waits for any more and that may be in the books all the same. */
  onAbandoned?: (item: FlushItem) => void;
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
const BACKOFF_MS_MIN = 25;
const BACKOFF_MS_MAX = 1_000;
const LEASE_CLOSED = 5;

const sqlState = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "";
};
/** Another transaction stood in the way, or the server went away: the same batch again. Source: PostgreSQL appendix A. */
const isPassing = (state: string): boolean => state === "" || /^(08|53|57|40|55P03|25006)/.test(state);

/**
 * Group commit: what arrives while one flush runs forms the next one.
 *
 * One flush at a time. A connection that breaks leaves it open whether its batch was committed, so the same batch is sent
 * again: the ids make it exact. An item that the books refuse is found by halving and fails alone.
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
   * Have an item carried out; resolves after the commit.
   *
   * Errors: `ScripError` unavailable after `deadlineMs` with the database away; `AssertionError` where the books refuse it.
   */
  add(item: FlushItem, deadlineMs: number): Promise<FlushReply> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, deadlineMs, isRepeated: false, resolve, reject });
      // What arrives in the same turn of the event loop goes with the same flush.
      this.running ??= new Promise((turn) => setImmediate(turn)).then(() => this.run());
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.options.batchMax ?? BATCH_MAX);
      failures = (await this.carryOut(batch)) ? 0 : failures + 1;
      this.giveUpLate();
      if (failures > 0) await delay(Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures, 6)));
    }
    this.running = undefined;
  }

  /** Whether the database answered; where it didn't, the batch is back at the head of the queue. */
  private async carryOut(batch: Waiting[]): Promise<boolean> {
    const leaseId = this.lease.current();
    const startedMs = nowMs();
    let replies: FlushReply[];
    try {
      const items = batch.map((waiting) => waiting.item);
      replies = await runFlush(this.pool, leaseId, items);
    } catch (error) {
      return this.recover(batch, error);
    }
    this.options.onFlush?.(batch.length, nowMs() - startedMs);
    const isLeaseClosed = this.answer(batch, replies);
    if (!isLeaseClosed) return true;
    return this.lease.replace(leaseId).then(
      () => true,
      () => false,
    );
  }

  /** Tell everybody; reserves under a closed lease go back into the queue. Whether there were any. */
  private answer(batch: Waiting[], replies: FlushReply[]): boolean {
    let isLeaseClosed = false;
    for (const [i, waiting] of batch.entries()) {
      const reply = replies[i];
      if (!reply) throw new AssertionError("a flush has a reply for each item");
      if (waiting.item.verb === "reserve" && reply.code === LEASE_CLOSED && nowMs() < waiting.deadlineMs) {
        isLeaseClosed = true;
        this.queue.push(waiting);
        continue;
      }
      // "It is there already" is our own first try, where that one's answer was lost.
      waiting.resolve(waiting.isRepeated && reply.code === 1 ? { ...reply, code: 0 } : reply);
    }
    return isLeaseClosed;
  }

  private async recover(batch: Waiting[], error: unknown): Promise<boolean> {
    if (!(error instanceof AssertionError) && isPassing(sqlState(error))) {
      for (const waiting of batch) waiting.isRepeated = true;
      this.queue = [...batch, ...this.queue];
      return false;
    }
    const [first] = batch;
    if (batch.length === 1 && first) {
      first.reject(new AssertionError(`the books refuse ${first.item.verb}: ${(error as Error).message}`));
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    const halves = [await this.carryOut(batch.slice(0, middle)), await this.carryOut(batch.slice(middle))];
    return halves.every((isAnswered) => isAnswered);
  }

  private giveUpLate(): void {
    const now = nowMs();
    if (!this.queue.some((waiting) => waiting.deadlineMs <= now)) return;
    const late = this.queue.filter((waiting) => waiting.deadlineMs <= now);
    this.queue = this.queue.filter((waiting) => waiting.deadlineMs > now);
    const refusal = "The books can't be reached at the moment. Try again shortly.";
    for (const { item, isRepeated, reject } of late) {
      reject(new ScripError("unavailable", refusal, { retryAfterS: 2 }));
      if (isRepeated) this.options.onAbandoned?.(item);
    }
  }
}
