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

/** Which attempts: at most so many, none of the keys `except`, and those of one key alone where `only` names it. */
export type Taking = { limit: number; except?: readonly Uuid[]; only?: Uuid };

/**
 * Take settled attempts that their keys don't know of yet, and mark them in this transaction: once it commits nobody
 * else gets them, and if it rolls back somebody does. Those that another transaction has taken are passed over.
 */
export async function takeSettledAttempts(tx: Tx, { limit, except = [], only }: Taking): Promise<FoldedAttempt[]> {
  const rows = await queries(tx).$queryRaw<Row[]>`
    select hold::text, n, pool_key::text, cost_nanos, charge_micros, started_at
    from books.fold_attempts(${limit}::integer, ${[...except]}::uuid[], ${only ?? null}::uuid)`;
  return rows.map((row) => ({
    hold: row.hold,
    n: row.n,
    poolKey: row.pool_key,
    costNanos: row.cost_nanos,
    chargeMicros: row.charge_micros,
    startedAtMs: row.started_at.getTime(),
  }));
}

/** The keys of the attempts that would be taken. */
export async function listKeysToFold(
  reader: Tx,
  { limit, except }: { limit: number; except: readonly Uuid[] },
): Promise<Uuid[]> {
  const rows = await queries(reader).$queryRaw<{ pool_key: Uuid }[]>`
    select pool_key::text from books.keys_to_fold(${limit}::integer, ${[...except]}::uuid[])`;
  return rows.map(({ pool_key }) => pool_key);
}
