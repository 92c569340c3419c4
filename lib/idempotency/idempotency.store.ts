import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { SecretPlace } from "../vault";

/** A request under an idempotency key: whose, what, and the hold that it runs under. */
export type ReplyClaim = {
  id: Uuid;
  userId: Uuid;
  route: string;
  key: string;
  requestHash: Uint8Array<ArrayBuffer>;
  hold: Uuid;
};

/** How long a result is given again. */
export const RETENTION_MS = 24 * 3_600_000;
/** Larger results aren't kept. Units: bytes. */
export const REPLY_BYTES_MAX = 1024 * 1024;

/** A reply as it was given: its status, its own headers, its bytes. */
export type StoredReply = {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** Whether it is a stream that broke off, whose connection is cut behind its last event. */
  isCut?: boolean;
};

/** Where a stored reply may be decrypted: its own row, for its own account. */
export const placeOf = (id: Uuid, userId: Uuid): SecretPlace => ({ rowId: id, purpose: userId, field: "reply" });

/** One run of bytes: the length of the head, the head as JSON, the body. */
export function serialiseReply({ status, headers, body, isCut }: StoredReply): Buffer {
  const head = Buffer.from(JSON.stringify({ status, headers, isCut }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** What `serialiseReply` wrote. */
export function parseReply(bytes: Uint8Array): StoredReply {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = 4 + all.readUInt32BE(0);
  // Written by `serialiseReply`, and encrypted since.
  const head = JSON.parse(all.toString("utf8", 4, headEnd)) as Omit<StoredReply, "body">;
  return { ...head, body: all.subarray(headEnd) };
}

export type IdempotencyRecord = {
  id: Uuid;
  hold: Uuid;
  requestHash: Uint8Array;
  reply: string | null;
  createdAt: Date;
};

/** How the request of a claim ended, as far as it has. */
export type ClaimEnd = "open" | "charged" | "lost";

/** A claim is free where there is none, it is too old, or its request ended without a charge or never was booked. */
export async function insertClaim(
  tx: Tx,
  claim: ReplyClaim,
  times: { nowMs: number; retentionMs: number; unbookedMs: number },
): Promise<boolean> {
  const { id, userId, route, key, requestHash, hold } = claim;
  const now = new Date(times.nowMs);
  const [oldest, unbooked] = [new Date(times.nowMs - times.retentionMs), new Date(times.nowMs - times.unbookedMs)];
  const rows = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    insert into kept_reply (id, user_id, route, key, request_hash, hold, created_at)
    values (${id}::uuid, ${userId}::uuid, ${route}, ${key}, ${requestHash}, ${hold}::uuid, ${now})
    on conflict (user_id, route, key) do update
    set id = excluded.id, request_hash = excluded.request_hash, hold = excluded.hold, created_at = excluded.created_at,
      reply = null
    where kept_reply.created_at <= ${oldest}
      or exists (select from books.request_outcome o
        where o.request = kept_reply.hold and o.state = 'released' and not o.is_charged_late)
      or (kept_reply.created_at <= ${unbooked} and not exists (
        select from books.request_outcome o where o.request = kept_reply.hold))
    returning id`;
  return rows.length === 1;
}

/** The claim of an account's key, whoever made it. */
export async function readClaim(
  tx: Tx,
  { userId, route, key }: Pick<ReplyClaim, "userId" | "route" | "key">,
): Promise<IdempotencyRecord | null> {
  const row = await queries(tx).kept_reply.findUnique({ where: { userId_route_key: { userId, route, key } } });
  // The columns' types.
  return row && { ...row, id: row.id as Uuid, hold: row.hold as Uuid };
}

/** Whether the request was charged by its own gateway, then or late; lost where others charged what they knew of it. */
export async function readEnd(tx: Tx, hold: Uuid): Promise<ClaimEnd> {
  const rows = await queries(tx).$queryRaw<{ ended: ClaimEnd }[]>`
    select case when is_charged_late then 'charged' when state <> 'settled' then 'open' when is_lost then 'lost'
      else 'charged' end as ended
    from books.request_outcome where request = ${hold}::uuid`;
  return rows[0]?.ended ?? "open";
}

export async function updateClaim(tx: Tx, id: Uuid, reply: string | null): Promise<void> {
  await queries(tx).kept_reply.updateMany({ where: { id }, data: { reply } });
}

/** Remove a claim whose request wasn't charged. */
export async function deleteClaim(tx: Tx, id: Uuid): Promise<void> {
  await queries(tx).kept_reply.deleteMany({ where: { id } });
}

export async function deleteOldClaims(tx: Tx, before: Date, limit: number): Promise<number> {
  return queries(tx).$executeRaw`
    delete from kept_reply where id in (select id from kept_reply where created_at <= ${before} limit ${limit})`;
}
