import type { Uuid } from "../ids";
import { type Sealed, vault } from "../vault";
import { type NewKey, sealNewKey } from "./seal-new-key";
import { openPoolKey } from "./seal-pool-key";

type SealedKey = { id: Uuid; provider: string; sealed: Sealed };

/** What came of sealing keys anew: how many were, and which don't open, with the master key that they name. */
export type Resealed = { rotated: number; unopened: { id: Uuid; masterKeyId: string }[] };

function resealKey({ id, provider, sealed }: SealedKey): NewKey {
  return sealNewKey({ id, provider, secret: openPoolKey(vault(), { id, channel: { provider }, sealed }) });
}

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
