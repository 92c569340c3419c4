import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { storableBytes } from "../vault";

/** How the fingerprints of today are made. Form 1 was of the text as it was typed, under the provider id it came with. */
export const PRINT_FORM = 2;

/** Whether a key with one of these fingerprints is there, in whatever state. */
export async function hasFingerprint(tx: Tx, prints: readonly Uint8Array[]): Promise<boolean> {
  return (await queries(tx).pool_key_print.count({ where: { print: { in: prints.map(storableBytes) } } })) > 0;
}

/** Whether that key has one of these fingerprints. */
export async function isSameKey(tx: Tx, id: Uuid, prints: readonly Uint8Array[]): Promise<boolean> {
  const where = { poolKeyId: id, print: { in: prints.map(storableBytes) } };
  return (await queries(tx).pool_key_print.count({ where })) > 0;
}

/** Whether another key than that one has one of these fingerprints. */
export async function hasTwin(tx: Tx, id: Uuid, prints: readonly Uint8Array[]): Promise<boolean> {
  const where = { poolKeyId: { not: id }, print: { in: prints.map(storableBytes) } };
  return (await queries(tx).pool_key_print.count({ where })) > 0;
}

/** Give a key those of the fingerprints that nobody has. Those that another transaction is storing are waited for. */
export async function addPrints(tx: Tx, poolKeyId: Uuid, prints: readonly Uint8Array[]): Promise<number> {
  // In one order, so that no two transactions wait for each other.
  const data = prints
    .toSorted((a, b) => Buffer.compare(a, b))
    .map((print) => ({ print: storableBytes(print), poolKeyId }));
  return (await queries(tx).pool_key_print.createMany({ data, skipDuplicates: true })).count;
}

/** Store those of a key's fingerprints of today that nobody has yet; the older ones stay. */
export async function replacePrints(tx: Tx, id: Uuid, prints: readonly Uint8Array[]): Promise<void> {
  await queries(tx).pool_key.update({ where: { id }, data: { printForm: PRINT_FORM } });
  await addPrints(tx, id, prints);
}
