import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { vault } from "../vault";
import { hasTwin } from "./key-print.store";
import { lockKeysUnderOthers, replaceSealed } from "./pool.store";
import { type Resealed, resealKeys } from "./reseal-keys";

/** What came of one batch, which keys are in the pool a second time, and where to go on; null after the last. */
export type Rotation = Resealed & { twins: Uuid[]; lastId: Uuid | null };

/**
 * Seal keys that another master key than the active one wraps anew, in the order of their ids, and add their fingerprints
 * under the master keys of now.
 *
 * The secrets stay what they are, so that whoever has them in memory goes on. One that doesn't open is left as it is and
 * named. Keys whose secret was destroyed have nothing to seal: they keep the fingerprints that they have.
 */
export async function rotatePoolKeys(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<Rotation> {
  const keys = await lockKeysUnderOthers(tx, vault().masterKeys.activeId, input);
  const twins: Uuid[] = [];
  const resealed = await resealKeys(
    keys.map(({ id, channel, sealed }) => ({ id, provider: channel.provider, sealed })),
    async (id, key) => {
      if (await hasTwin(tx, id, key.prints)) twins.push(id);
      await replaceSealed(tx, id, key);
    },
  );
  return { ...resealed, twins, lastId: keys.at(-1)?.id ?? null };
}
