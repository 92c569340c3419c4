import type { Tx } from "../db";
import type { UsageFilter, UsageGroup, UsageSum } from "./usage-record";
import { sumUsage } from "./usage.store";

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
