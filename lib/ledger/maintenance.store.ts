import type { Database } from "../db";
import { micros, type Micros } from "../money";

/**
 * Make the ledger's partitions for this month and so many after it, where they aren't there.
 *
 * Returns the tables whose default partition isn't empty: rows that came when their month had no partition, which is an
 * alert, and keeps that month from having one.
 */
export async function makePartitions({ pool }: Database, months: number): Promise<{ parent: string; rows: bigint }[]> {
  await pool.query("select from books.make_partitions($1)", [months]);
  const { rows } = await pool.query<{ parent: string; rows: bigint }>(`
    select * from (
      select 'transfer' as parent, count(*) as rows from books.transfer_default
      union all select 'line', count(*) from books.line_default
      union all select 'usage_record', count(*) from books.usage_record_default) strays
    where rows > 0`);
  return rows;
}

/**
 * Expire lots that are past their date, by at most what each wallet has free: what a hold keeps expires at a later call.
 *
 * `limit` bounds the lots of one transaction. Returns what expired. Units: microcredits.
 */
export async function expireLots({ pool }: Database, limit: number): Promise<Micros> {
  const { rows } = await pool.query<{ expired: bigint }>("select books.expire_lots($1) as expired", [limit]);
  return micros(rows[0]?.expired ?? 0n);
}

/** Fold what flushes added to the platform's accounts into their balances, each row once. Returns how many rows. */
export async function foldDeltas({ pool }: Database): Promise<bigint> {
  const { rows } = await pool.query<{ folded: bigint }>("select books.fold_deltas() as folded");
  return rows[0]?.folded ?? 0n;
}

/**
 * Purge closed holds and idempotency outcomes older than 400 days; neither is a row of the ledger.
 *
 * `limit` bounds one transaction. Returns how many holds went: as many as the limit means there are more.
 */
export async function purgeOldHolds({ pool }: Database, limit: number): Promise<bigint> {
  const { rows } = await pool.query<{ gone: bigint }>("select books.purge_old_holds($1) as gone", [limit]);
  return rows[0]?.gone ?? 0n;
}
