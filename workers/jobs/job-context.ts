import type { Database } from "../../lib/db";
import type { Log } from "../../lib/log";

/** What every job works with. */
export type JobContext = {
  database: Database;
  log: Log;
};

/** A condition that somebody has to look at: an error in the log that is found by its `alert`. */
export function raiseAlert(log: Log, alert: string, details: Record<string, unknown>): void {
  log.error({ alert, ...details }, `alert: ${alert}`);
}
