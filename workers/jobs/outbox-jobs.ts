import { type Queue, relayOutbox, sweepOutbox } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import type { JobContext, Loop } from "./loop";

const EVERY_MS = 250;
const SWEEP_EVERY_MS = 30_000;

/** Carries what committed changes asked for to the queue. */
export const relayOutboxLoop = ({ database }: JobContext, queue: Queue): Loop => ({
  name: "relay_outbox",
  everyMs: EVERY_MS,
  runOnce: async () => (await relayOutbox(database, queue, nowMs())) > 0,
});

/** Has what the queue lost carried again, and the schedules put up again that went with it. */
export const sweepOutboxLoop = ({ database, log }: JobContext, schedule: () => Promise<void>): Loop => ({
  name: "sweep_outbox",
  everyMs: SWEEP_EVERY_MS,
  async runOnce() {
    const lost = await sweepOutbox(database, nowMs());
    if (lost > 0) log.warn({ lost }, "jobs that nobody worked off are handed over again");
    await schedule();
    return false;
  },
});
