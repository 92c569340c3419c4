import type { Database, Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import {
  dropUsageBefore,
  readUsage,
  readUsageRecord,
  sumUsage,
  type UsageFilter,
  type UsageGroup,
  type UsageRecord,
  type UsageSum,
} from "./usage.store";

/** One usage record of a wallet. Errors: `not_found` where it doesn't exist or is another's. */
export async function getUsage(reader: Tx, input: { wallet: bigint; id: Uuid }): Promise<UsageRecord> {
  const record = await readUsageRecord(reader, input.wallet, input.id);
  if (!record)
    throw new ScripError("not_found", "There is no such usage record. One appears when its request has ended.");
  return record;
}

/** At most `limit` of a wallet's usage records that the filter lets through, newest first, after a place in the list. */
export function listUsage(
  reader: Tx,
  filter: UsageFilter,
  page: { limit: number; after: { atMs: number; id: Uuid } | null },
): Promise<UsageRecord[]> {
  return readUsage(reader, filter, page);
}

const GROUPS_MAX = 1000;

/**
 * A wallet's usage added up by day of a time zone (newest first), by model or by key (dearest first); at most 1,000
 * groups. It reads the wallet's records of the time asked for and no others.
 */
export function summariseUsage(
  reader: Tx,
  filter: UsageFilter,
  by: { group: UsageGroup; timeZone: string },
): Promise<UsageSum[]> {
  return sumUsage(reader, filter, { ...by, limit: GROUPS_MAX });
}

const MONTHS_KEPT = 13;

/** Remove usage records older than 13 months, whole months at a time. Returns the partitions that went. */
export const dropOldUsage = (database: Database): Promise<string[]> => dropUsageBefore(database.reader, MONTHS_KEPT);
