import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Micros, Nanos } from "../money";

/**
 * A try at a supplier's key that cost something or served its request, taken from the ledger to be folded, with what the
 * request was charged where it served it. Units: nanodollars, microcredits, epoch milliseconds.
 */
export type FoldedAttempt = {
  hold: Uuid;
  n: number;
  poolKey: Uuid | null;
  costNanos: Nanos;
  chargeMicros: Micros;
  startedAtMs: number;
};

type Row = {
  hold: Uuid;
  n: number;
  pool_key: Uuid | null;
  cost_nanos: Nanos;
  charge_micros: Micros;
  started_at: Date;
};

/**
 * Take settled attempts that their keys don't know of yet, and mark them in this transaction: once it commits nobody
 * else gets them, and if it rolls back somebody does. Those that another transaction has taken are passed over.
 */
export async function takeSettledAttempts(tx: Tx, limit: number): Promise<FoldedAttempt[]> {
  const rows = await queries(tx).$queryRaw<Row[]>`
    select hold::text, n, pool_key::text, cost_nanos, charge_micros, started_at from books.fold_attempts(${limit}::integer)`;
  return rows.map((row) => ({
    hold: row.hold,
    n: row.n,
    poolKey: row.pool_key,
    costNanos: row.cost_nanos,
    chargeMicros: row.charge_micros,
    startedAtMs: row.started_at.getTime(),
  }));
}
