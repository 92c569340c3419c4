import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { vault } from "../vault";
import { lockKeysUnderOthers, replaceSealed } from "./pool.store";
import { resealKey } from "./reseal-key";

/** What came of one batch: how many keys were sealed anew, which don't open, and where to go on; null after the last. */
export type Rotation = { rotated: number; unopened: Uuid[]; lastId: Uuid | null };

/**
 * Seal keys that another master key than the active one wraps anew, in the order of their ids, with their fingerprints.
 *
 * The secrets stay what they are, so that whoever has them in memory goes on. One that doesn't open is left as it is and
 * named. Keys whose secret was destroyed have nothing to seal: their fingerprints stay under the key that made them.
 */
export async function rotatePoolKeys(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<Rotation> {
  const keys = await lockKeysUnderOthers(tx, vault().masterKeys.activeId, input);
  const rotation: Rotation = { rotated: 0, unopened: [], lastId: keys.at(-1)?.id ?? null };
  for (const key of keys) {
    const { id, channel, sealed } = key;
    let resealed;
    try {
      resealed = resealKey({ id, provider: channel.provider, sealed });
    } catch {
      rotation.unopened.push(id);
      continue;
    }
    await replaceSealed(tx, id, resealed);
    rotation.rotated += 1;
  }
  return rotation;
}
