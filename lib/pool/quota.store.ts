import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";

/** Add to keys' costs, locking them in the order of their ids. Units: nanodollars. */
export async function addCosts(tx: Tx, costs: ReadonlyMap<Uuid, Nanos>): Promise<void> {
  const ids = [...costs.keys()];
  const amounts = [...costs.values()].map(String);
  await queries(tx).$queryRaw`select 1 from pool_key where id = any (${ids}::uuid[]) order by id for update`;
  await queries(tx).$executeRaw`
    update pool_key k set cost_nanos = k.cost_nanos + c.cost
    from unnest(${ids}::uuid[], ${amounts}::bigint[]) as c(id, cost) where k.id = c.id`;
}

/** Deplete those of the keys that are active and have no quota left, and tell which. */
export async function depleteUsedUp(tx: Tx, ids: readonly Uuid[], reason: string): Promise<Uuid[]> {
  const rows = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    update pool_key set state = 'depleted', reason = ${reason}, cooling_until = null
    where id = any (${[...ids]}::uuid[]) and state = 'active' and cost_nanos >= quota_nanos
    returning id::text`;
  return rows.map(({ id }) => id);
}
