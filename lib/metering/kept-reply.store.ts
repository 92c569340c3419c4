import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { ReplyClaim } from "./kept-reply";

export type StoredReply = { id: Uuid; hold: Uuid; requestHash: Uint8Array; isDone: boolean; reply: string | null };

/** A claim is free where there is none, it is too old, or its request ended without a charge or never was booked. */
export async function insertClaim(
  tx: Tx,
  claim: ReplyClaim,
  times: { nowMs: number; keptMs: number; unbookedMs: number },
): Promise<boolean> {
  const { id, userId, route, key, requestHash, hold } = claim;
  const now = new Date(times.nowMs);
  const [oldest, unbooked] = [new Date(times.nowMs - times.keptMs), new Date(times.nowMs - times.unbookedMs)];
  const rows = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    insert into kept_reply (id, user_id, route, key, request_hash, hold, created_at)
    values (${id}::uuid, ${userId}::uuid, ${route}, ${key}, ${requestHash}, ${hold}::uuid, ${now})
    on conflict (user_id, route, key) do update
    set id = excluded.id, request_hash = excluded.request_hash, hold = excluded.hold, created_at = excluded.created_at,
      is_done = false, reply = null
    where kept_reply.created_at <= ${oldest}
      or (not kept_reply.is_done and exists (
        select from books.hold h where h.id = kept_reply.hold and h.state = 2))
      or (not kept_reply.is_done and kept_reply.created_at <= ${unbooked} and not exists (
        select from books.hold h where h.id = kept_reply.hold))
    returning id`;
  return rows.length === 1;
}

export async function readClaim(tx: Tx, { userId, route, key }: ReplyClaim): Promise<StoredReply | null> {
  const row = await queries(tx).kept_reply.findUnique({ where: { userId_route_key: { userId, route, key } } });
  // The columns' types.
  return row && { ...row, id: row.id as Uuid, hold: row.hold as Uuid };
}

/** Whether the hold was settled: its request ended, with a charge. */
export async function isSettled(tx: Tx, hold: Uuid): Promise<boolean> {
  const rows = await queries(tx).$queryRaw<object[]>`select from books.hold where id = ${hold}::uuid and state = 1`;
  return rows.length > 0;
}

export async function updateClaim(tx: Tx, id: Uuid, reply: string | null): Promise<void> {
  await queries(tx).kept_reply.updateMany({ where: { id }, data: { isDone: true, reply } });
}

export async function deleteClaim(tx: Tx, id: Uuid): Promise<void> {
  await queries(tx).kept_reply.deleteMany({ where: { id, isDone: false } });
}

export async function deleteOldClaims(tx: Tx, before: Date, limit: number): Promise<number> {
  return queries(tx).$executeRaw`
    delete from kept_reply where id in (select id from kept_reply where created_at <= ${before} limit ${limit})`;
}
