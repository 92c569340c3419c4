import type { Database, Tx } from "../db";
import { claimProcessed, isProcessed } from "./outbox.store";
import { CONSUMER } from "./relay-outbox";

/**
 * Do a job's effect once, however often the job is delivered: the note of it and the effect are one transaction.
 *
 * Returns whether this call did it.
 */
export const workOff = (database: Database, outboxId: bigint, effect: (tx: Tx) => Promise<void>): Promise<boolean> =>
  database.inTransaction(async (tx) => {
    if (!(await claimProcessed(tx, CONSUMER, outboxId))) return false;
    await effect(tx);
    return true;
  });

/** Whether a job was worked off already: asked before a call to the outside that would be in vain. */
export const isWorkedOff = (database: Database, outboxId: bigint): Promise<boolean> =>
  isProcessed(database.reader, CONSUMER, outboxId);
