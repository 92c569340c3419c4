import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { storableBytes } from "../vault";

/** How the fingerprints of today are made. Form 1 was of the text as it was typed, under the provider id it came with. */
export const FINGERPRINT_VERSION = 2;

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

/** Give a key those of the fingerprints that nobody has. Those that another transaction is storing are waited for. */
export async function addFingerprints(tx: Tx, poolKeyId: Uuid, fingerprints: readonly Uint8Array[]): Promise<number> {
  // In one order, so that no two transactions wait for each other.
  const data = fingerprints
    .toSorted((a, b) => Buffer.compare(a, b))
    .map((print) => ({ print: storableBytes(print), poolKeyId }));
  return (await queries(tx).pool_key_print.createMany({ data, skipDuplicates: true })).count;
}

/** Store those of a key's fingerprints of today that nobody has yet; the older ones stay. */
export async function replaceFingerprints(tx: Tx, id: Uuid, fingerprints: readonly Uint8Array[]): Promise<void> {
  await queries(tx).pool_key.update({ where: { id }, data: { fingerprintVersion: FINGERPRINT_VERSION } });
  await addFingerprints(tx, id, fingerprints);
}
