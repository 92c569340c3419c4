import type { Database } from "../db";
import { nanos, ZERO_NANOS } from "../money";
import type { Vault } from "../vault";
import { type PoolKey, quotaLeft } from "./pool-key";
import { listActivePoolKeys, type StoredPoolKey, sumUnfoldedCosts } from "./pool.store";
import { openPoolKey } from "./seal-pool-key";

/**
 * The active keys, opened. One that doesn't open (a master key is missing, its row was tampered with) is left out and
 * told of; the others serve.
 */
export async function loadPoolKeys(
  database: Database,
  vault: Vault,
  tell: (problem: string, error: unknown) => void,
): Promise<PoolKey[]> {
  // Read before the keys: a fold in between counts a cost twice for a moment, never not at all.
  const unfolded = await sumUnfoldedCosts(database.reader);
  const stored = await listActivePoolKeys(database.reader);
  const open = (key: StoredPoolKey): PoolKey[] => {
    try {
      const costNanos = nanos(key.costNanos + (unfolded.get(key.id) ?? ZERO_NANOS));
      return [{ ...key, secret: openPoolKey(vault, key), quotaLeftNanos: quotaLeft(key.quotaNanos, costNanos) }];
    } catch (error) {
      // One bad row must not take the whole pool away.
      tell(`pool key ${key.id} can't be opened`, error);
      return [];
    }
  };
  return stored.flatMap(open);
}
