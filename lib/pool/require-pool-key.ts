import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { lockPoolKey, type StoredPoolKey } from "./pool.store";

/** One key, locked until the transaction ends. Errors: `not_found`. */
export async function requirePoolKey(tx: Tx, id: Uuid): Promise<StoredPoolKey> {
  const key = await lockPoolKey(tx, id);
  if (!key) throw new ScripError("not_found", "There is no such key in the pool.");
  return key;
}
