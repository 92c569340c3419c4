import type { Database } from "../db";
import { dropUsageBefore } from "./usage.store";

const MONTHS_KEPT = 13;

/** Remove usage records older than 13 months, whole months at a time. Returns the partitions that went. */
export const dropOldUsage = (database: Database): Promise<string[]> => dropUsageBefore(database.reader, MONTHS_KEPT);
