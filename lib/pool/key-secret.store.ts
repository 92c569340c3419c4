import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";
import { type EncryptedSecret, storable, storableBytes } from "../vault";
import { findPoolKeys, type StoredPoolKey } from "./pool.store";
import { livenessProbeMs } from "./probe-schedule";

/** A key that isn't in the pool yet, encrypted for its row-to-be. It has one fingerprint per master key. */
export type NewKey = { encrypted: EncryptedSecret; fingerprints: readonly Uint8Array[]; hint: string };

export type NewPoolKey = NewKey & {
  id: Uuid;
  channelId: string;
  /** The contributor and what they contributed it as; null for the platform's own keys. */
  owner: { id: Uuid; contributionId: Uuid } | null;
  quotaNanos: Nanos | null;
  /** Of a key that was just probed: whether an advance may rest on it. */
  probed?: { isUnderAdvance: boolean };
  nowMs: number;
};

/** How fingerprints are computed today. Version 1 was of the text as typed, under the provider id that it came with. */
const FINGERPRINT_VERSION = 2;

/** Whether a key with one of these fingerprints is there, in whatever state. */
export async function hasFingerprint(tx: Tx, fingerprints: readonly Uint8Array[]): Promise<boolean> {
  return (await queries(tx).pool_key_print.count({ where: { print: { in: fingerprints.map(storableBytes) } } })) > 0;
}

/** Whether that key has one of these fingerprints. */
export async function isSameKey(tx: Tx, id: Uuid, fingerprints: readonly Uint8Array[]): Promise<boolean> {
  const where = { poolKeyId: id, print: { in: fingerprints.map(storableBytes) } };
  return (await queries(tx).pool_key_print.count({ where })) > 0;
}

/** Whether another key than that one has one of these fingerprints. */
export async function hasDuplicate(tx: Tx, id: Uuid, fingerprints: readonly Uint8Array[]): Promise<boolean> {
  const where = { poolKeyId: { not: id }, print: { in: fingerprints.map(storableBytes) } };
  return (await queries(tx).pool_key_print.count({ where })) > 0;
}

/** Give a key those fingerprints that no other key has, waiting for transactions that are storing some of them. */
async function addFingerprints(tx: Tx, poolKeyId: Uuid, fingerprints: readonly Uint8Array[]): Promise<number> {
  // In one order, so that no two transactions wait for each other.
  const data = fingerprints
    .toSorted((a, b) => Buffer.compare(a, b))
    .map((print) => ({ print: storableBytes(print), poolKeyId }));
  return (await queries(tx).pool_key_print.createMany({ data, skipDuplicates: true })).count;
}

/** Store a key's fingerprints of the current version that no key has yet; older ones stay. */
export async function replaceFingerprints(tx: Tx, id: Uuid, fingerprints: readonly Uint8Array[]): Promise<void> {
  await queries(tx).pool_key.update({ where: { id }, data: { fingerprintVersion: FINGERPRINT_VERSION } });
  await addFingerprints(tx, id, fingerprints);
}

/**
 * Store a new key. False where another has one of its fingerprints, stored concurrently or before: the caller's
 * transaction must then roll back.
 */
export async function insertPoolKey(tx: Tx, key: NewPoolKey): Promise<boolean> {
  await queries(tx).pool_key.create({
    data: {
      id: key.id,
      channelId: key.channelId,
      ownerId: key.owner?.id ?? null,
      contributionId: key.owner?.contributionId ?? null,
      ...storable(key.encrypted),
      fingerprintVersion: FINGERPRINT_VERSION,
      hint: key.hint,
      quotaNanos: key.quotaNanos,
      createdAt: new Date(key.nowMs),
      ...(key.probed && { aliveAt: new Date(key.nowMs) }),
      ...(key.probed?.isUnderAdvance && { probeAt: new Date(livenessProbeMs(key.nowMs)) }),
    },
  });
  return (await addFingerprints(tx, key.id, key.fingerprints)) === key.fingerprints.length;
}

type KeyPage = { after: Uuid | null; limit: number };

/** Keys whose secret is wrapped by another master key than that one, by id, locked until the transaction ends. */
export async function lockKeysUnderOldMasterKeys(tx: Tx, masterKeyId: string, page: KeyPage): Promise<StoredPoolKey[]> {
  const { after, limit } = page;
  const locked = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    select id::text from pool_key
    where master_key_id <> ${masterKeyId} and length(ciphertext) > 0 and (${after}::uuid is null or id > ${after}::uuid)
    order by id limit ${limit} for update`;
  return findPoolKeys(
    tx,
    locked.map(({ id }) => id),
  );
}

/** Keys with a secret whose fingerprints are of an older version, by id, locked until the transaction ends. */
export async function lockKeysWithOldFingerprints(tx: Tx, { after, limit }: KeyPage): Promise<StoredPoolKey[]> {
  const locked = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    select id::text from pool_key
    where print_form < ${FINGERPRINT_VERSION} and length(ciphertext) > 0 and (${after}::uuid is null or id > ${after}::uuid)
    order by id limit ${limit} for update`;
  return findPoolKeys(
    tx,
    locked.map(({ id }) => id),
  );
}

/** Store a re-encrypted secret, and the key's fingerprints that no key has yet. */
export async function replaceEncrypted(tx: Tx, id: Uuid, { encrypted, fingerprints }: NewKey): Promise<void> {
  await queries(tx).pool_key.update({ where: { id }, data: storable(encrypted) });
  await replaceFingerprints(tx, id, fingerprints);
}

/** Destroy a key's secret. Its fingerprints stay, so that the same key is known again. */
export async function wipeSecret(tx: Tx, id: Uuid): Promise<void> {
  const nothing = new Uint8Array();
  await queries(tx).pool_key.update({ where: { id }, data: { wrappedKey: nothing, ciphertext: nothing, hint: "" } });
}
