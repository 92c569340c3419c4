import type { Tx } from "../db";
import { assert } from "../errors";
import type { Micros } from "../money";
import { writeLimits } from "./post.store";

/**
 * Say how many unvested credits wallets that this transaction has locked may spend in advance. What they have spent already
 * stays spent. Units: microcredits.
 */
export async function setAdvanceLimits(tx: Tx, limits: ReadonlyMap<bigint, Micros>): Promise<void> {
  for (const limit of limits.values()) assert(limit >= 0n, "an advance limit isn't negative");
  if (limits.size > 0) await writeLimits(tx, limits);
}
