import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Uuid } from "../ids";
import { addCosts, depleteUsedUp, type KeyCost } from "./quota.store";

/** The reason of a key whose quota is used up: it isn't looked at again, but enabled with more quota. */
export const QUOTA_USED = "quota_used";

/**
 * Count what settled attempts cost against their keys' quotas, whatever state the keys are in; active ones with nothing
 * left are depleted. Gateways are told only where a state changed. Returns the keys that were depleted.
 *
 * Units: nanodollars.
 */
export async function chargePoolKeys(tx: Tx, _ctx: Ctx, costs: ReadonlyMap<Uuid, KeyCost>): Promise<Uuid[]> {
  if (costs.size === 0) return [];
  await addCosts(tx, costs);
  const depleted = await depleteUsedUp(tx, [...costs.keys()], QUOTA_USED);
  if (depleted.length > 0) await bumpConfig(tx, "pool");
  return depleted;
}
