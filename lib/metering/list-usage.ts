import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { UsageFilter, UsageRecord } from "./usage-record";
import { readUsage } from "./usage.store";

/** At most `limit` of a wallet's usage records that the filter lets through, newest first, after a place in the list. */
export function listUsage(
  reader: Tx,
  filter: UsageFilter,
  page: { limit: number; after: { atMs: number; id: Uuid } | null },
): Promise<UsageRecord[]> {
  return readUsage(reader, filter, page);
}
