import { vestContributions } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import { foldAttempts } from "../../lib/usage";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

// Quotas and vesting are at most two seconds behind settlements.
const EVERY_MS = 500;
const BATCH = 2_000;

/** Tells suppliers' keys what settled attempts cost them, and vests what they earned contributors: both or neither. */
export const foldAttemptsLoop = ({ database, log }: JobContext): Loop => ({
  name: "fold_attempts",
  everyMs: EVERY_MS,
  async runOnce() {
    const ctx = systemCtx("fold_attempts", nowMs());
    const { attempts, depleted } = await database.inTransaction(async (tx) => {
      const fold = await foldAttempts(tx, ctx, { limit: BATCH });
      await vestContributions(tx, ctx, fold.attempts);
      return fold;
    });
    if (depleted.length > 0) log.info({ depleted }, "pool keys used up their quota");
    return attempts.length >= BATCH;
  },
});
