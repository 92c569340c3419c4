import { fstatSync } from "node:fs";
import type { Log } from "../lib/log";

const STOP_LIMIT_MS = 60_000;

/** Whether somebody started this process with a pipe as its standard input, which closes when they are gone. */
function hasStarter(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}

/**
 * Run `stop` once when this process is asked to end, or its starter is gone, and end with it.
 *
 * A second request, or a minute, ends the process at once.
 */
export function stopWhenAsked(log: Log, stop: () => Promise<void>): void {
  let isStopping = false;
  const end = (reason: string): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ reason }, "stopping");
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end(signal));
  if (hasStarter()) process.stdin.once("close", () => isStopping || end("its starter is gone")).resume();
}
