import { rotateQuotes } from "../lib/contributions";
import { type Ctx, systemCtx } from "../lib/ctx";
import type { Database } from "../lib/db";
import { toPublicId, type Uuid } from "../lib/ids";
import { type Reencrypted, rotatePoolKeys, type Rotation } from "../lib/pool";
import { nowMs } from "../lib/time";

/** How many keys one transaction re-encrypts. */
const BATCH = 100;
const PASSES_MAX = 20;

/** What a rotation did. `left`: what doesn't open, so that it is still under another master key than the active one. */
export type KeyRotation = {
  keys: number;
  quotes: number;
  left: { id: string; masterKeyId: string }[];
};

const ctx = (): Ctx => systemCtx("keys-rotate", nowMs());

/** Every pool key once. */
async function passOverPool(database: Database, onDuplicate: (id: string) => void): Promise<Reencrypted> {
  const pass: Reencrypted = { rotated: 0, undecryptable: [] };
  let after: Uuid | null = null;
  do {
    const input: { after: Uuid | null; limit: number } = { after, limit: BATCH };
    const batch: Rotation = await database.inTransaction((tx) => rotatePoolKeys(tx, ctx(), input));
    pass.rotated += batch.rotated;
    pass.undecryptable.push(...batch.undecryptable);
    for (const id of batch.duplicates) onDuplicate(toPublicId("poolKey", id));
    after = batch.lastId;
  } while (after !== null);
  return pass;
}

/**
 * Re-encrypt every supplier's key under the active master key of the process's vault, those of quotes in force, too.
 *
 * Passes over all of them until one finds nothing that can be re-encrypted: a key that is contributed meanwhile may have an
 * older id than the pass has reached. `onDuplicate` gets, as they are found, the public ids of keys that are in the pool twice.
 * Errors: those of the database; where passes find no end, since another process encrypts under another key.
 */
export async function rotateKeys(database: Database, onDuplicate: (id: string) => void): Promise<KeyRotation> {
  const rotation: KeyRotation = { keys: 0, quotes: 0, left: [] };
  for (let passes = 0; passes < PASSES_MAX; passes++) {
    const quotes = await database.inTransaction((tx) => rotateQuotes(tx, ctx()));
    const keys = await passOverPool(database, onDuplicate);
    rotation.keys += keys.rotated;
    rotation.quotes += quotes.rotated;
    rotation.left = [
      ...keys.undecryptable.map(({ id, masterKeyId }) => ({ id: toPublicId("poolKey", id), masterKeyId })),
      ...quotes.undecryptable.map(({ id, masterKeyId }) => ({ id: toPublicId("quote", id), masterKeyId })),
    ];
    if (keys.rotated + quotes.rotated === 0) return rotation;
  }
  throw new Error(
    `keys were still encrypted under another master key after ${PASSES_MAX} passes: is another rotation running?`,
  );
}
