import type { Uuid } from "../ids";
import type { Sealed } from "../vault";
import { resealKey } from "./reseal-key";
import type { NewKey } from "./seal-new-key";

type SealedKey = { id: Uuid; provider: string; sealed: Sealed };

/** What came of sealing keys anew: how many were, and which don't open, with the master key that they name. */
export type Resealed = { rotated: number; unopened: { id: Uuid; masterKeyId: string }[] };

/** Seal keys anew under the active master key, each handed to `replace`. One that doesn't open is left and named. */
export async function resealKeys(
  keys: readonly SealedKey[],
  replace: (id: Uuid, resealed: NewKey) => Promise<void>,
): Promise<Resealed> {
  const done: Resealed = { rotated: 0, unopened: [] };
  for (const key of keys) {
    let resealed;
    try {
      resealed = resealKey(key);
    } catch {
      done.unopened.push({ id: key.id, masterKeyId: key.sealed.masterKeyId });
      continue;
    }
    await replace(key.id, resealed);
    done.rotated += 1;
  }
  return done;
}
