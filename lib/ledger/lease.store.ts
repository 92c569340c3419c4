import type pg from "pg";
import { assert } from "../errors";

/** Open a lease for a process and return its id. */
export async function openLease(pool: pg.Pool, processName: string): Promise<bigint> {
  const { rows } = await pool.query<{ lease: bigint }>("select books.open_lease($1) as lease", [processName]);
  const [row] = rows;
  assert(row, "books.open_lease gave no row");
  return row.lease;
}

/** Renew a lease; whether it was still open. */
export async function renewLease(pool: pg.Pool, lease: bigint): Promise<boolean> {
  const { rows } = await pool.query<{ alive: boolean }>("select books.renew_lease($1) as alive", [lease]);
  return rows[0]?.alive ?? false;
}

/** Close a lease for good. */
export async function closeLease(pool: pg.Pool, lease: bigint): Promise<void> {
  await pool.query("select books.close_lease($1)", [lease]);
}
