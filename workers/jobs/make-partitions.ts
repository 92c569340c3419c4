import { makePartitions } from "../../lib/ledger";
import { type JobContext, raiseAlert } from "./job-context";

/** Partitions are there so many months ahead. */
const MONTHS_AHEAD = 3;

/** Makes the books' partitions, and tells when rows lie in a default one. */
export async function makePartitionsJob({ database, log }: JobContext): Promise<void> {
  for (const { parent, rows } of await makePartitions(database, MONTHS_AHEAD)) {
    raiseAlert(log, "default_partition_not_empty", { parent, rows: String(rows) });
  }
}
