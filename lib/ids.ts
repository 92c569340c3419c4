import { randomFillSync, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

/** A UUID in its usual text form. */
export type Uuid = string & { readonly kind: "uuid" };

/** Whether a text has the form of a UUID, in lower case as ours are. */
export const isUuid = (text: string): text is Uuid => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

const PREFIXES = {
  user: "usr",
  apiKey: "key",
  poolKey: "pk",
  quote: "qte",
  contribution: "con",
  purchase: "pur",
  refund: "rfd",
  transfer: "trf",
  request: "req",
  withdrawal: "wdr",
  reward: "rew",
} as const;
export type IdKind = keyof typeof PREFIXES;

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";
const HEX = "0123456789abcdef";
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY_PREFIX = "sk-scrip-";
const KEY_RANDOM = 34;
const KEY_CHECKSUM = 6;

// Randomness is fetched for many ids at once; one call of the system for each costs more than the rest of an id.
const ID_BYTES = 16;
const pooled = Buffer.alloc(ID_BYTES * 256);
let taken = pooled.length;

function randomIdBytes(): Buffer {
  if (taken === pooled.length) {
    randomFillSync(pooled);
    taken = 0;
  }
  taken += ID_BYTES;
  return pooled.subarray(taken - ID_BYTES, taken);
}

/** A new UUIDv7: ordered by the millisecond it was made in, 74 bits of randomness. Source: RFC 9562 §5.7. */
export function newUuid(nowMs: number): Uuid {
  const bytes = randomIdBytes();
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Uuid;
}

/** When an id was made. Units: milliseconds. Source: RFC 9562 §5.7. */
export const uuidMs = (uuid: Uuid): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

/** The public form of an id: its kind's prefix and 26 characters of base 32. */
export function toPublicId(kind: IdKind, uuid: Uuid): string {
  // 128 bits in 26 letters of 5: the first letter has but 3 of them.
  let text = "";
  let [bits, bitCount] = [0, 2];
  for (let at = 0; at < uuid.length; at++) {
    if (uuid[at] === "-") continue;
    bits = ((bits << 4) | HEX.indexOf(uuid[at] ?? "")) & 0xfff;
    bitCount += 4;
    if (bitCount < 5) continue;
    bitCount -= 5;
    text += BASE32[(bits >> bitCount) & 31];
  }
  return `${PREFIXES[kind]}_${text}`;
}

/** The UUID behind a public id of that kind, or `null` where the text isn't one. */
export function fromPublicId(kind: IdKind, text: string): Uuid | null {
  const prefix = `${PREFIXES[kind]}_`;
  if (!text.startsWith(prefix) || text.length !== prefix.length + 26) return null;
  let value = 0n;
  for (const letter of text.slice(prefix.length)) {
    const digit = BASE32.indexOf(letter);
    if (digit < 0) return null;
    value = (value << 5n) | BigInt(digit);
  }
  if (value >> 128n) return null;
  const hex = value.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Uuid;
}

function checksumOf(text: string): string {
  let value = crc32(text);
  let out = "";
  while (out.length < KEY_CHECKSUM) {
    out = BASE62[value % 62] + out;
    value = Math.floor(value / 62);
  }
  return out;
}

/** A new API key: `sk-scrip-`, 34 random characters, 6 of CRC-32, all base 62. Shown once, stored as a hash. */
export function newApiKeySecret(): string {
  let text = KEY_PREFIX;
  for (let i = 0; i < KEY_RANDOM; i++) text += BASE62[randomInt(62)];
  return text + checksumOf(text);
}

/** Whether a text has the form and the checksum of an API key; says nothing about its existing. */
export function isApiKeySecret(text: string): boolean {
  if (!/^sk-scrip-[0-9A-Za-z]{40}$/.test(text)) return false;
  return checksumOf(text.slice(0, -KEY_CHECKSUM)) === text.slice(-KEY_CHECKSUM);
}

/** Random text for passwords, secrets and codes: `length` characters of base 62. */
export function randomText(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(62)]).join("");
}

/** A random fraction from 0 up to, but never, 1: for choosing, not for secrets. */
export const randomFraction = (): number => randomInt(2 ** 32) / 2 ** 32;
