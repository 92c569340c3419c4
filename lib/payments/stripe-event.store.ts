import type { Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import { StripeEvent } from "./stripe-facts";

/** Keep an event; false where it is there already. */
export async function insertEvent(tx: Tx, nowMs: number, event: StripeEvent): Promise<boolean> {
  const { count } = await queries(tx).stripe_event.createMany({
    data: [
      {
        id: event.id,
        type: event.type,
        payload: event as unknown as Prisma.InputJsonObject, // it came from JSON
        receivedAt: new Date(nowMs),
      },
    ],
    skipDuplicates: true,
  });
  return count === 1;
}

export async function findEvent(reader: Tx, id: string): Promise<StripeEvent | null> {
  const row = await queries(reader).stripe_event.findUnique({ where: { id } });
  return row && StripeEvent.parse(row.payload);
}

export async function markEventHandled(tx: Tx, nowMs: number, id: string): Promise<void> {
  await queries(tx).stripe_event.update({ where: { id }, data: { handledAt: new Date(nowMs) } });
}

/** Up to when events were listed without a gap; `null` before the first time. */
export async function readCursorMs(reader: Tx): Promise<number | null> {
  const row = await queries(reader).stripe_cursor.findUnique({ where: { id: 1 } });
  return row && row.listedUntil.getTime();
}

/** Move the mark on; never back. */
export async function advanceCursor(tx: Tx, untilMs: number): Promise<void> {
  await queries(tx).$executeRaw`
    insert into stripe_cursor (listed_until) values (${new Date(untilMs)})
    on conflict (id) do update set listed_until = greatest(stripe_cursor.listed_until, excluded.listed_until)`;
}

const RETENTION_MS = 90 * 86_400_000;

/**
 * Remove handled events of ninety days ago and before, at most `limit`; returns how many went. Stripe lists its own for
 * thirty: none that is removed can come again.
 */
export const purgeEvents = (tx: Tx, nowMs: number, limit: number): Promise<number> =>
  queries(tx).$executeRaw`
    delete from stripe_event where id in (
      select id from stripe_event where handled_at < ${new Date(nowMs - RETENTION_MS)} limit ${limit})`;
