import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";

/** What a key cost, and when it served for it; null where it served nobody. Units: nanodollars, epoch milliseconds. */
export type KeyCost = { costNanos: Nanos; servedAtMs: number | null };

/** Add to keys' costs, and note when they served, locking them in the order of their ids. Units: nanodollars. */
export async function addCosts(tx: Tx, costs: ReadonlyMap<Uuid, KeyCost>): Promise<void> {
  const ids = [...costs.keys()];
  const amounts = [...costs.values()].map(({ costNanos }) => String(costNanos));
  const served = [...costs.values()].map(({ servedAtMs }) => (servedAtMs === null ? null : new Date(servedAtMs)));
  await queries(tx).$queryRaw`select 1 from pool_key where id = any (${ids}::uuid[]) order by id for update`;
  await queries(tx).$executeRaw`
    update pool_key k set cost_nanos = k.cost_nanos + c.cost, alive_at = greatest(k.alive_at, c.served_at)
    from unnest(${ids}::uuid[], ${amounts}::bigint[], ${served}::timestamptz[]) as c(id, cost, served_at)
    where k.id = c.id`;
}

/** Deplete those of the keys that are active and have no quota left, and tell which. */
export async function depleteUsedUp(tx: Tx, ids: readonly Uuid[], reason: string): Promise<Uuid[]> {
  const rows = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    update pool_key set state = 'depleted', reason = ${reason}, cooling_until = null
    where id = any (${[...ids]}::uuid[]) and state = 'active' and cost_nanos >= quota_nanos
    returning id::text`;
  return rows.map(({ id }) => id);
}
