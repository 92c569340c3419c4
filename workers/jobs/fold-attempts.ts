import { systemCtx } from "../../lib/ctx";
import { foldAttempts } from "../../lib/metering";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

// Keys' quotas are at most two seconds behind settlements.
const EVERY_MS = 500;
const BATCH = 2_000;

/** Tells suppliers' keys what settled attempts cost them. */
export const foldAttemptsLoop = ({ database, log }: JobContext): Loop => ({
  name: "fold_attempts",
  everyMs: EVERY_MS,
  async runOnce() {
    const ctx = systemCtx("fold_attempts", nowMs());
    const { folded, depleted } = await database.inTransaction((tx) => foldAttempts(tx, ctx, { limit: BATCH }));
    if (depleted.length > 0) log.info({ depleted }, "pool keys used up their quota");
    return folded >= BATCH;
  },
});
