import { systemCtx } from "../../lib/ctx";
import { toPublicId, type Uuid } from "../../lib/ids";
import { type FingerprintRefresh, refreshKeyFingerprints } from "../../lib/pool";
import { nowMs } from "../../lib/time";
import { type JobContext, raiseAlert } from "./job-context";

const BATCH = 200;

/**
 * Gives keys from before a change of how fingerprints are made those of today, a batch a transaction; a start that is cut off
 * leaves the rest to the next. A key that is in the pool twice is an alert: both rows stay as they are.
 */
export async function refreshKeyFingerprintsJob({ database, log }: JobContext, limit = BATCH): Promise<void> {
  const ctx = systemCtx("renew_key_prints", nowMs());
  let renewed = 0;
  let after: Uuid | null = null;
  do {
    const input: { after: Uuid | null; limit: number } = { after, limit };
    const batch: FingerprintRefresh = await database.inTransaction((tx) => refreshKeyFingerprints(tx, ctx, input));
    for (const id of batch.duplicates) raiseAlert(log, "duplicate_pool_key", { poolKey: toPublicId("poolKey", id) });
    for (const id of batch.undecryptable) log.warn({ poolKey: toPublicId("poolKey", id) }, "a pool key doesn't open");
    renewed += batch.renewed;
    after = batch.lastId;
  } while (after !== null);
  if (renewed > 0) log.info({ renewed }, "pool keys have fingerprints of today");
}
