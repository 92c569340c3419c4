import type { Database } from "../../lib/db";
import type { Log } from "../../lib/log";

/** What every job works with. */
export type JobContext = {
  database: Database;
  log: Log;
};

/** A condition that somebody has to look at: an error in the log that is found by its `alarm`. */
export function raiseAlert(log: Log, alarm: string, details: Record<string, unknown>): void {
  log.error({ alarm, ...details }, `alarm: ${alarm}`);
}
