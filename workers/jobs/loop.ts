import type { Database } from "../../lib/db";
import type { Locks } from "../../lib/db/locks";
import type { Log } from "../../lib/log";
import { delay, nowMs } from "../../lib/time";

/** What every job works with. */
export type JobContext = {
  database: Database;
  log: Log;
};

/** A condition that somebody has to look at: an error in the log that is found by its `alert`. */
export function raiseAlert(log: Log, alert: string, details: Record<string, unknown>): void {
  log.error({ alert, ...details }, `alert: ${alert}`);
}

/** Work that is done again and again, by one process at a time. */
export type Loop = {
  name: string;
  /** The pause after each turn. */
  everyMs: number;
  /** One turn, which may be repeated after a crash at any point. True: there is more to do at once. */
  runOnce: () => Promise<boolean>;
};

/** A loop that runs. */
export type RunningLoop = {
  name: string;
  /** When a turn last ended well here, or found that another process does it. Units: epoch milliseconds. */
  lastGoodMs(): number;
  /** Whether a turn ever ended well here, or found that another process does it. */
  hasWorked(): boolean;
  /** Resolves when the turn under way has ended. */
  stop(): Promise<void>;
};

const BACKOFF_MS_MAX = 5_000;

/** How long to wait after so many failures in a row. */
const pauseMs = (loop: Loop, failures: number): number =>
  failures === 0 ? loop.everyMs : Math.min(Math.max(loop.everyMs, 100) * 2 ** Math.min(failures, 10), BACKOFF_MS_MAX);

/**
 * Run a loop while its lock is ours, until it is stopped. Another process with the same loop stands by and takes over when ours is gone.
 *
 * A turn that fails is logged once until one succeeds again, and tried again after a pause that grows to five seconds.
 */
export function runLoop(locks: Locks, log: Log, loop: Loop): RunningLoop {
  const stopping = new AbortController();
  const { signal } = stopping;
  let goodMs = nowMs();
  let hasWorked = false;

  async function turn(): Promise<boolean> {
    return (await locks.acquire(`job:${loop.name}`)) && loop.runOnce();
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let hasMore = false;
      try {
        hasMore = await turn();
        goodMs = nowMs();
        hasWorked = true;
        if (failures > 0) log.info({ job: loop.name, failures }, "the job works again");
        failures = 0;
      } catch (error) {
        if (failures++ === 0) log.warn({ job: loop.name, error }, "the job failed and will be tried again");
      }
      // A stop ends the pause, and that is no error.
      if (!hasMore) await delay(pauseMs(loop, failures), signal).catch(() => undefined);
    }
  }

  const running = run();
  return {
    name: loop.name,
    lastGoodMs: () => goodMs,
    hasWorked: () => hasWorked,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
