import { rotateQuotes } from "../lib/contributions";
import { type Ctx, systemCtx } from "../lib/ctx";
import type { Database } from "../lib/db";
import { toPublicId, type Uuid } from "../lib/ids";
import { rotatePoolKeys, type Rotation } from "../lib/pool";
import { nowMs } from "../lib/time";

/** How many keys one transaction seals anew. */
const BATCH = 100;

/** What a rotation did. `left`: what doesn't open, so that it is still under another master key than the active one. */
export type KeyRotation = {
  keys: number;
  quotes: number;
  /** Public ids of keys that are in the pool twice. */
  twins: string[];
  left: { id: string; masterKeyId: string }[];
};

const ctx = (): Ctx => systemCtx("keys-rotate", nowMs());

/** Every pool key once. */
async function passOverPool(database: Database): Promise<Omit<Rotation, "lastId">> {
  const pass: Omit<Rotation, "lastId"> = { rotated: 0, unopened: [], twins: [] };
  let after: Uuid | null = null;
  do {
    const input: { after: Uuid | null; limit: number } = { after, limit: BATCH };
    const batch: Rotation = await database.inTransaction((tx) => rotatePoolKeys(tx, ctx(), input));
    pass.rotated += batch.rotated;
    pass.unopened.push(...batch.unopened);
    pass.twins.push(...batch.twins);
    after = batch.lastId;
  } while (after !== null);
  return pass;
}

/**
 * Seal every supplier's key anew under the active master key of the process's vault, those of quotes in force, too.
 *
 * Passes over all of them until one finds nothing that can be sealed anew: a key that is contributed meanwhile may have an
 * older id than the pass has reached. Errors: those of the database.
 */
export async function rotateKeys(database: Database): Promise<KeyRotation> {
  const rotation: KeyRotation = { keys: 0, quotes: 0, twins: [], left: [] };
  for (;;) {
    const quotes = await database.inTransaction((tx) => rotateQuotes(tx, ctx()));
    const keys = await passOverPool(database);
    rotation.keys += keys.rotated;
    rotation.quotes += quotes.rotated;
    rotation.twins.push(...keys.twins.map((id) => toPublicId("poolKey", id)));
    rotation.left = [
      ...keys.unopened.map(({ id, masterKeyId }) => ({ id: toPublicId("poolKey", id), masterKeyId })),
      ...quotes.unopened.map(({ id, masterKeyId }) => ({ id: toPublicId("quote", id), masterKeyId })),
    ];
    if (keys.rotated + quotes.rotated === 0) return rotation;
  }
}
