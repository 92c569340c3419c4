import type pg from "pg";

/** Fold what batches added to platform accounts; how many rows. */
export async function runFoldDeltas(pool: pg.Pool): Promise<bigint> {
  const { rows } = await pool.query<{ folded: bigint }>("select books.fold_deltas() as folded");
  return rows[0]?.folded ?? 0n;
}

/** Expire what is past its date in so many lots at most; how many microcredits went. */
export async function runExpireLots(pool: pg.Pool, limit: number): Promise<bigint> {
  const { rows } = await pool.query<{ expired: bigint }>("select books.expire_lots($1) as expired", [limit]);
  return rows[0]?.expired ?? 0n;
}

/** Make the partitions of this month and so many after it, save those that rows of a default one stand in the way of. */
export async function runMakePartitions(pool: pg.Pool, months: number): Promise<void> {
  await pool.query("select from books.make_partitions($1)", [months]);
}

/** The rows that lie in default partitions, by table: there should be none. */
export async function countStrays(pool: pg.Pool): Promise<{ parent: string; rows: bigint }[]> {
  const { rows } = await pool.query<{ parent: string; rows: bigint }>(`
    select * from (
      select 'transfer' as parent, count(*) as rows from books.transfer_default
      union all select 'line', count(*) from books.line_default
      union all select 'usage_record', count(*) from books.usage_record_default) strays
    where rows > 0`);
  return rows;
}

/** Remove so many holds and operations at most that are older than 400 days; how many holds went. */
export async function runForgetOld(pool: pg.Pool, limit: number): Promise<bigint> {
  const { rows } = await pool.query<{ gone: bigint }>("select books.forget_old($1) as gone", [limit]);
  return rows[0]?.gone ?? 0n;
}
