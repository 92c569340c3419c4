import { purgeQuotes } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";

/** Destroys the keys that expired quotes hold. */
export async function purgeQuotesJob({ database, log }: JobContext): Promise<void> {
  const ctx = systemCtx("forget_quotes", nowMs());
  const forgotten = await database.inTransaction((tx) => purgeQuotes(tx, ctx));
  if (forgotten > 0) log.info({ forgotten }, "destroyed the keys of expired quotes");
}
