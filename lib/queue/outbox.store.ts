import type { Tx } from "../db";
import { queries } from "../db/models";

/** A row of the outbox: work that a committed change asked for. */
export type OutboxRow = { id: bigint; topic: string; payload: JobPayload };
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
    select: { id: true, topic: true, payload: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  // Every payload was written by insertOutbox.
  return rows.map((row) => ({ ...row, payload: row.payload as JobPayload }));
}

/** Mark rows as carried. */
export async function markDispatched(tx: Tx, ids: readonly bigint[], nowMs: number): Promise<void> {
  await queries(tx).outbox.updateMany({ where: { id: { in: [...ids] } }, data: { doneAt: new Date(nowMs) } });
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
