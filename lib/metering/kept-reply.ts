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
export const KEPT_MS = 24 * 3_600_000;
/** Larger results aren't kept. Units: bytes. */
export const KEPT_BYTES_MAX = 1024 * 1024;

/** A reply as it was given: its status, its own headers, its bytes. */
export type KeptReply = { status: number; headers: Record<string, string>; body: Buffer };

/** Where a kept reply may be opened: its own row, for its own account. */
export const placeOf = (id: Uuid, userId: Uuid): SecretPlace => ({ rowId: id, purpose: userId, field: "reply" });

/** One run of bytes: the length of the head, the head as JSON, the body. */
export function writeKept({ status, headers, body }: KeptReply): Buffer {
  const head = Buffer.from(JSON.stringify({ status, headers }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** What `writeKept` wrote. */
export function readKept(bytes: Uint8Array): KeptReply {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = 4 + all.readUInt32BE(0);
  // Written by `writeKept`, and sealed since.
  const head = JSON.parse(all.toString("utf8", 4, headEnd)) as Omit<KeptReply, "body">;
  return { ...head, body: all.subarray(headEnd) };
}
