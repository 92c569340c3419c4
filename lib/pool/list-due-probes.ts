import type { Database } from "../db";
import type { Uuid } from "../ids";
import type { Decimal } from "../money";
import type { SecretText, Vault } from "../vault";
import type { PoolKeyState } from "./pool-key";
import { findPoolKey, listDuePoolKeys, type StoredPoolKey } from "./pool.store";
import { openPoolKey } from "./seal-pool-key";

/** What a look at a key needs. `models` maps our names to the channel's own, where it has them. */
export type KeyToProbe = {
  id: Uuid;
  provider: string;
  baseUrl: string | null;
  models: ReadonlyMap<string, string> | null;
  secret: SecretText;
  state: PoolKeyState;
  /** Whether an advance may rest on it: only a paid answer then shows that it is worth something. */
  isUnderAdvance: boolean;
  costFactor: Decimal;
};

const toProbe = (vault: Vault, key: StoredPoolKey): KeyToProbe => ({
  id: key.id,
  provider: key.channel.provider,
  baseUrl: key.channel.baseUrl,
  models: key.channel.models,
  secret: openPoolKey(vault, key),
  state: key.state,
  isUnderAdvance: key.probeAtMs !== null,
  costFactor: key.channel.costFactor,
});

/**
 * Keys that are due for a look, those that were looked at longest ago first: out of use, or with an advance resting on them.
 * Errors: where one doesn't open.
 */
export async function listDueProbes(
  database: Database,
  vault: Vault,
  nowMs: number,
  limit: number,
): Promise<KeyToProbe[]> {
  return (await listDuePoolKeys(database.reader, nowMs, limit)).map((key) => toProbe(vault, key));
}

/** One key to look at, or null where there is none of that id. Errors: where it doesn't open. */
export async function findProbe(database: Database, vault: Vault, id: Uuid): Promise<KeyToProbe | null> {
  const key = await findPoolKey(database.reader, id);
  return key && toProbe(vault, key);
}
