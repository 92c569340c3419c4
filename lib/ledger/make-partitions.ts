import type { Database } from "../db";
import { countStrays, runMakePartitions } from "./maintenance.store";

/**
 * Make the books' partitions for this month and so many after it, where they aren't there.
 *
 * Returns the tables whose default partition isn't empty: rows that came when their month had no partition, which is an
 * alarm, and keeps that month from having one.
 */
export async function makePartitions(database: Database, months: number): Promise<{ parent: string; rows: bigint }[]> {
  await runMakePartitions(database.pool, months);
  return countStrays(database.pool);
}
