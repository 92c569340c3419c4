import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";

/** A try at a supplier's key that cost something, taken from the books to be folded. Units: nanodollars. */
export type FoldedAttempt = { hold: Uuid; n: number; poolKey: Uuid | null; costNanos: Nanos };

/**
 * Take settled attempts that their keys don't know of yet, and mark them in this transaction: once it commits nobody
 * else gets them, and if it rolls back somebody does. Those that another transaction has taken are passed over.
 */
export async function takeSettledAttempts(tx: Tx, limit: number): Promise<FoldedAttempt[]> {
  const rows = await queries(tx).$queryRaw<{ hold: Uuid; n: number; pool_key: Uuid | null; cost_nanos: Nanos }[]>`
    select hold::text, n, pool_key::text, cost_nanos from books.fold_attempts(${limit}::integer)`;
  return rows.map((row) => ({ hold: row.hold, n: row.n, poolKey: row.pool_key, costNanos: row.cost_nanos }));
}
