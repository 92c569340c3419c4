import type { Tx } from "../db";
import { insertOutbox, type JobPayload } from "./outbox.store";

/**
 * Ask for work to be done once this transaction has committed; if it rolls back, the work was never asked for.
 *
 * The payload carries ids. The work is done at least once, and its consumer makes that exactly once. Returns the row's id.
 */
export const enqueue = (tx: Tx, topic: string, payload: JobPayload): Promise<bigint> =>
  insertOutbox(tx, topic, payload);
