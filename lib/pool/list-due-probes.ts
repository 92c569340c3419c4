import type { Database } from "../db";
import type { Uuid } from "../ids";
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
};

const toProbe = (vault: Vault, key: StoredPoolKey): KeyToProbe => ({
  id: key.id,
  provider: key.channel.provider,
  baseUrl: key.channel.baseUrl,
  models: key.channel.models,
  secret: openPoolKey(vault, key),
  state: key.state,
});

/** Keys out of use that are due for another look, those that wait longest first. Errors: where one doesn't open. */
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
