import type { Tx } from "../db";
import { queries } from "../db/models";

/** A row of the outbox: work that a committed change asked for. */
export type OutboxRow = { id: bigint; topic: string; payload: JobPayload; forced: boolean };

/** Work that keeps failing. */
export type FailingJob = Omit<OutboxRow, "forced"> & {
  failures: number;
  lastError: string;
  failedMs: number;
  createdMs: number;
};
/** What a job is told: ids, never secrets or prompts; whoever reads the queue reads it. */
export type JobPayload = Readonly<Record<string, string | number | boolean | null>>;

/** Ask for work in the transaction that makes it necessary. */
export async function insertOutbox(tx: Tx, topic: string, payload: JobPayload): Promise<bigint> {
  const row = await queries(tx).outbox.create({ data: { topic, payload: { ...payload } }, select: { id: true } });
  return row.id;
}

/** Rows that nobody carried to the queue yet, oldest first. */
export async function listUndispatched(tx: Tx, limit: number): Promise<OutboxRow[]> {
  const rows = await queries(tx).outbox.findMany({
    where: { doneAt: null },
    select: { id: true, topic: true, payload: true, forced: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  // Every payload was written by insertOutbox.
  return rows.map((row) => ({ ...row, payload: row.payload as JobPayload }));
}

/** Mark rows as carried. */
export async function markDispatched(tx: Tx, ids: readonly bigint[], nowMs: number): Promise<void> {
  const data = { doneAt: new Date(nowMs), forced: false };
  await queries(tx).outbox.updateMany({ where: { id: { in: [...ids] } }, data });
}

/** Note that an attempt at a row failed. */
export async function updateFailure(
  tx: Tx,
  id: bigint,
  { error, nowMs }: { error: string; nowMs: number },
): Promise<void> {
  await queries(tx).outbox.updateMany({
    where: { id },
    data: { failures: { increment: 1 }, lastError: error, failedAt: new Date(nowMs) },
  });
}

type FailingRow = Omit<FailingJob, "failedMs" | "createdMs"> & { failedAt: Date; createdAt: Date };

/** Rows that failed so often and that their consumer hasn't worked off: how many there are, and the latest. */
export async function listFailing(
  tx: Tx,
  { consumer, failuresMin, limit }: { consumer: string; failuresMin: number; limit: number },
): Promise<{ count: number; latest: FailingJob[] }> {
  const rows = await queries(tx).$queryRaw<(FailingRow & { count: number })[]>`
    select o.id, o.topic, o.payload, o.failures, coalesce(o.last_error, '') as "lastError", o.failed_at as "failedAt",
      o.created_at as "createdAt", (count(*) over ())::int as count
    from outbox o
    where o.failures >= ${failuresMin} and o.failures > 0
      and not exists (select 1 from processed p where p.consumer = ${consumer} and p.outbox_id = o.id)
    order by o.failed_at desc limit ${limit}`;
  const latest = rows.map(({ id, topic, payload, failures, lastError, failedAt, createdAt }) => ({
    id,
    topic,
    payload,
    failures,
    lastError,
    failedMs: failedAt.getTime(),
    createdMs: createdAt.getTime(),
  }));
  return { count: rows[0]?.count ?? 0, latest };
}

/** Have a row carried at once, whatever the queue has of it. Returns it as it was; null where it is done or isn't there. */
export async function updateForced(
  tx: Tx,
  consumer: string,
  id: bigint,
): Promise<{ topic: string; failures: number } | null> {
  const rows = await queries(tx).$queryRaw<{ topic: string; failures: number }[]>`
    update outbox o set done_at = null, forced = true
    where o.id = ${id} and not exists (select 1 from processed p where p.consumer = ${consumer} and p.outbox_id = o.id)
    returning o.topic, o.failures`;
  return rows[0] ?? null;
}

/**
 * Carry rows again that were carried before a time and that their consumer hasn't worked off: the queue lost them.
 * Returns how many.
 */
export async function requeueLost(tx: Tx, dispatchedBeforeMs: number, consumer: string): Promise<number> {
  return queries(tx).$executeRaw`
    update outbox o set done_at = null where o.done_at < ${new Date(dispatchedBeforeMs)}
      and not exists (select 1 from processed p where p.consumer = ${consumer} and p.outbox_id = o.id)`;
}

/** Note that a consumer works a row off in this transaction; false where it, or another of its kind, did so before. */
export async function claimProcessed(tx: Tx, consumer: string, outboxId: bigint): Promise<boolean> {
  const count = await queries(tx).$executeRaw`
    insert into processed (consumer, outbox_id) values (${consumer}, ${outboxId}) on conflict do nothing`;
  return count === 1;
}

/** Whether a consumer has worked a row off. */
export async function isProcessed(tx: Tx, consumer: string, outboxId: bigint): Promise<boolean> {
  const row = await queries(tx).processed.findUnique({ where: { consumer_outboxId: { consumer, outboxId } } });
  return row !== null;
}

/** Remove rows that were worked off before a time, with the notes of that. Returns how many. */
export async function purgeProcessed(tx: Tx, beforeMs: number, consumer: string, limit: number): Promise<number> {
  return queries(tx).$executeRaw`
    with old as (
      select o.id from outbox o join processed p on p.outbox_id = o.id and p.consumer = ${consumer}
      where p.at < ${new Date(beforeMs)} limit ${limit}),
    gone as (delete from processed p using old where p.outbox_id = old.id)
    delete from outbox o using old where o.id = old.id`;
}
