import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { type Decimal, formatDecimal, micros, type Micros, nanos, type Nanos, storedDecimal } from "../money";
import type { NewKey } from "../pool";
import { type EncryptedSecret, storable, storableBytes } from "../vault";

/** A quote as it is stored, its key encrypted for the pool key of the same id. Units: nanodollars, microcredits. */
export type Quote = {
  id: Uuid;
  userId: Uuid;
  provider: string;
  encrypted: EncryptedSecret;
  /** The key's own fingerprints, one under each master key of then. */
  fingerprints: readonly Uint8Array[];
  hint: string;
  /** The provider account's fingerprints, one under each master key of then; none where the provider doesn't report one. */
  accountFingerprints: readonly Uint8Array[];
  /** The contribution that it would add to; null for a new one. */
  topUpOf: Uuid | null;
  /** The quota of that contribution when it was quoted. */
  baseQuotaNanos: Nanos | null;
  quotaNanos: Nanos;
  /** What validating the key took from the balance that is reported. */
  validationCostNanos: Nanos;
  requests: bigint;
  grossMicros: Micros;
  feeMicros: Micros;
  /** The fee as a share of the gross. */
  feeShare: Decimal;
  isProven: boolean;
  expiresMs: number;
  usedMs: number | null;
};

/** Store a new quote. */
export async function insertQuote(tx: Tx, quote: Omit<Quote, "usedMs">, nowMs: number): Promise<void> {
  const { encrypted, fingerprints, accountFingerprints, feeShare, expiresMs, ...rest } = quote;
  await queries(tx).quote.create({
    data: {
      ...rest,
      feeShare: formatDecimal(feeShare.digits, feeShare.scale),
      ...storable(encrypted),
      fingerprints: fingerprints.map(storableBytes),
      accountFingerprints: accountFingerprints.map(storableBytes),
      expiresAt: new Date(expiresMs),
      createdAt: new Date(nowMs),
    },
  });
}

/** A quote of an account, locked until the transaction ends; null where there is none, or it is another's. */
export async function lockQuote(tx: Tx, userId: Uuid, id: Uuid): Promise<Quote | null> {
  await queries(tx).$queryRaw`select 1 from quote where id = ${id}::uuid for update`;
  return readQuote(tx, userId, id);
}

/** A quote of an account, as it is at this moment; null where there is none, or it is another's. */
export async function readQuote(tx: Tx, userId: Uuid, id: Uuid): Promise<Quote | null> {
  const row = await queries(tx).quote.findFirst({ where: { id, userId } });
  if (!row) return null;
  const { masterKeyId, wrappedKey, ciphertext, expiresAt, usedAt, createdAt: _created, baseUrl: _base, ...rest } = row;
  return {
    ...rest,
    // Columns of type uuid.
    id: row.id as Uuid,
    userId: row.userId as Uuid,
    topUpOf: row.topUpOf as Uuid | null,
    baseQuotaNanos: row.baseQuotaNanos === null ? null : nanos(row.baseQuotaNanos),
    quotaNanos: nanos(row.quotaNanos),
    validationCostNanos: nanos(row.validationCostNanos),
    grossMicros: micros(row.grossMicros),
    feeMicros: micros(row.feeMicros),
    feeShare: storedDecimal(row.feeShare, "a quote's fee"),
    encrypted: { masterKeyId, wrappedKey, ciphertext },
    expiresMs: expiresAt.getTime(),
    usedMs: usedAt?.getTime() ?? null,
  };
}

/** What a quote of an account says, without the key that it may hold; null where there is none, or it is another's. */
export async function findQuoteFacts(tx: Tx, userId: Uuid, id: Uuid) {
  const row = await queries(tx).quote.findFirst({
    where: { id, userId },
    omit: { masterKeyId: true, wrappedKey: true, ciphertext: true },
  });
  return (
    row && {
      id,
      provider: row.provider,
      topUpOf: row.topUpOf as Uuid | null, // a column of type uuid
      requests: row.requests,
      grossMicros: micros(row.grossMicros),
      feeMicros: micros(row.feeMicros),
      netMicros: micros(row.grossMicros - row.feeMicros),
      isProven: row.isProven,
      isUsed: row.usedAt !== null,
      expiresMs: row.expiresAt.getTime(),
    }
  );
}

/** Quotes in force whose key another master key than that one wraps, locked until the transaction ends. */
export async function lockQuotesUnderOthers(
  tx: Tx,
  masterKeyId: string,
  nowMs: number,
): Promise<{ id: Uuid; provider: string; encrypted: EncryptedSecret }[]> {
  const rows = await queries(tx).$queryRaw<
    { id: Uuid; provider: string; master_key_id: string; wrapped_key: Uint8Array; ciphertext: Uint8Array }[]
  >`
    select id::text, provider, master_key_id, wrapped_key, ciphertext from quote
    where master_key_id <> ${masterKeyId} and used_at is null and expires_at > ${new Date(nowMs)} and length(ciphertext) > 0
    order by id for update`;
  return rows.map(({ id, provider, master_key_id, wrapped_key, ciphertext }) => ({
    id,
    provider,
    encrypted: { masterKeyId: master_key_id, wrappedKey: wrapped_key, ciphertext },
  }));
}

/** Store a quote's key as it was re-encrypted. */
export async function replaceQuoteKey(tx: Tx, id: Uuid, { encrypted, fingerprints }: NewKey): Promise<void> {
  await queries(tx).quote.update({
    where: { id },
    data: { ...storable(encrypted), fingerprints: fingerprints.map(storableBytes) },
  });
}

const NO_SECRET = { wrappedKey: new Uint8Array(), ciphertext: new Uint8Array(), hint: "" };

/** Mark a quote as used, and delete its key. */
export async function markQuoteUsed(tx: Tx, id: Uuid, nowMs: number): Promise<void> {
  await queries(tx).quote.update({ where: { id }, data: { usedAt: new Date(nowMs), ...NO_SECRET } });
}

/** Delete the keys of quotes that expired before a time. Returns how many. */
export async function deleteExpiredKeys(tx: Tx, beforeMs: number): Promise<number> {
  const { count } = await queries(tx).quote.updateMany({
    where: { expiresAt: { lt: new Date(beforeMs) }, usedAt: null, NOT: { ciphertext: new Uint8Array() } },
    data: NO_SECRET,
  });
  return count;
}
