import { expireLots } from "../../lib/ledger";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

const EVERY_MS = 5_000;
const BATCH = 500;

/** Expires credits that are past their date; what a hold keeps goes at a later turn. */
export const expireLotsLoop = ({ database, log }: JobContext): Loop => ({
  name: "expire_lots",
  everyMs: EVERY_MS,
  async runOnce() {
    const expired = await expireLots(database, BATCH);
    if (expired > 0n) log.info({ expiredMicros: String(expired) }, "credits expired");
    return expired > 0n;
  },
});
