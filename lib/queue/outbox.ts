import type { Database, Tx } from "../db";
import { ScripError } from "../errors";
import {
  claimProcessed,
  type FailingJob,
  insertOutbox,
  isProcessed,
  type JobPayload,
  listFailing,
  listUndispatched,
  markDispatched,
  requeueLost,
  updateFailure,
  updateForced,
} from "./outbox.store";
import type { Queue } from "./queue";

/**
 * Ask for work to be done once this transaction has committed; if it rolls back, the work was never asked for.
 *
 * The payload carries ids. The work is done at least once, and its consumer makes that exactly once. Returns the row's id.
 */
export const enqueue = (tx: Tx, topic: string, payload: JobPayload): Promise<bigint> =>
  insertOutbox(tx, topic, payload);

/** The name under which this system's worker notes what it has worked off. */
export const CONSUMER = "jobs";

const BATCH = 200;
const LOST_AFTER_MS = 120_000;

/**
 * Carry what committed changes asked for to the queue. Returns how many rows were carried.
 *
 * A row is marked after the queue has it: a crash in between hands it over again, which the job's id makes nothing. No
 * cursor, so a row that commits late is never passed over. Not inside a transaction: the queue is the network.
 * Errors: those of a queue that can't be reached; nothing is lost, the next call carries it.
 */
export async function relayOutbox(database: Database, queue: Queue, nowMs: number): Promise<number> {
  const rows = await listUndispatched(database.reader, BATCH);
  for (const { id, topic, payload, forced } of rows) await queue.add(topic, payload, id, forced);
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await database.inTransaction((tx) => markDispatched(tx, ids, nowMs));
  }
  return rows.length;
}

/**
 * Have rows carried again that the queue had and nobody worked off for two minutes: it was emptied, or the job is slow,
 * and then handing it over again is nothing. Returns how many.
 */
export const sweepOutbox = (database: Database, nowMs: number, lostAfterMs = LOST_AFTER_MS): Promise<number> =>
  database.inTransaction((tx) => requeueLost(tx, nowMs - lostAfterMs, CONSUMER));

const ERROR_CHARS_MAX = 300;
/** Some failures are nothing: a supplier or a database was away for a moment. So many take about four minutes. */
const FAILING_FROM = 8;

/** Note that an attempt at a job failed, for people to see. */
export const recordFailure = (database: Database, outboxId: bigint, error: unknown, nowMs: number): Promise<void> => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return database.inTransaction((tx) => updateFailure(tx, outboxId, { error: text.slice(0, ERROR_CHARS_MAX), nowMs }));
};

/** Jobs that keep failing and aren't done: how many, and the latest. They are tried again for as long as it takes. */
export const readFailingJobs = (reader: Tx, limit: number): Promise<{ count: number; latest: FailingJob[] }> =>
  listFailing(reader, { consumer: CONSUMER, failuresMin: FAILING_FROM, limit });

/** Have a job tried at once. Errors: `ScripError` not_found where it is done, or there is none. */
export async function retryJob(tx: Tx, outboxId: bigint): Promise<{ topic: string; failures: number }> {
  const job = await updateForced(tx, CONSUMER, outboxId);
  if (!job) throw new ScripError("not_found", "There is no such job, or it is done.");
  return job;
}

/**
 * Do a job's effect once, however often the job is delivered: the note of it and the effect are one transaction.
 *
 * Returns whether this call did it.
 */
export const processOnce = (
  database: Database,
  outboxId: bigint,
  effect: (tx: Tx) => Promise<void>,
): Promise<boolean> =>
  database.inTransaction(async (tx) => {
    if (!(await claimProcessed(tx, CONSUMER, outboxId))) return false;
    await effect(tx);
    return true;
  });

/** Whether a job was worked off already: asked before a call to the outside that would be in vain. */
export const wasProcessed = (database: Database, outboxId: bigint): Promise<boolean> =>
  isProcessed(database.reader, CONSUMER, outboxId);
