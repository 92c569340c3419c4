import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { type SecretText, vault } from "../vault";
import { hasTwin, replacePrints } from "./key-print.store";
import { keyPrints } from "./key-prints";
import { lockKeysOfOldPrints, type StoredPoolKey } from "./pool.store";
import { openPoolKey } from "./seal-pool-key";

/** One batch: how many keys have fingerprints of today now, which are in the pool twice, which don't open, where to go on. */
export type PrintRenewal = { renewed: number; twins: Uuid[]; unopened: Uuid[]; lastId: Uuid | null };

function open(key: StoredPoolKey): SecretText | null {
  try {
    return openPoolKey(vault(), key);
  } catch {
    return null; // its master key isn't here, or its row was changed: it keeps what it has
  }
}

/**
 * Give keys whose fingerprints are of an older form those of today, under every master key, in the order of their ids. The
 * older ones stay. Keys whose secret was destroyed are known by the older ones alone.
 */
export async function renewKeyPrints(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<PrintRenewal> {
  const keys = await lockKeysOfOldPrints(tx, input);
  const done: PrintRenewal = { renewed: 0, twins: [], unopened: [], lastId: keys.at(-1)?.id ?? null };
  for (const key of keys) {
    const secret = open(key);
    if (secret === null) {
      done.unopened.push(key.id);
      continue;
    }
    const prints = keyPrints(key.channel.provider, secret);
    if (await hasTwin(tx, key.id, prints)) done.twins.push(key.id);
    await replacePrints(tx, key.id, prints);
    done.renewed += 1;
  }
  return done;
}
