import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { say, Stop } from "../console";
import { endLeftOver } from "../postgres/server";
import { commandOf, end, isRunning, mark, type ProcessMark } from "../processes";
import { HOME } from "./options";

/** `.scrip/run.json`: who runs here, so that a second start can say so and a later one can clean up after it. */
export type Run = ProcessMark & {
  readonly command: string;
  readonly web?: string;
  readonly children: (ProcessMark & { name: string })[];
};

const FILE = path.join(HOME, "run.json");
const LEFT_OVER_LIMIT_MS = 15_000;

/** The run of this checkout that is under way, or null. */
export function currentRun(): Run | null {
  const run = readRun();
  return run && isRunning(run) ? run : null;
}

function readRun(): Run | null {
  if (!existsSync(FILE)) return null;
  try {
    return JSON.parse(readFileSync(FILE, "utf8")) as Run;
  } catch {
    return null; // cut short by a crash: there is nothing to learn from it
  }
}

/**
 * Take the checkout for this run, ending first what a run left that was killed. Errors: `Stop` while another runs.
 */
export async function takeCheckout(): Promise<void> {
  const running = currentRun();
  if (running && running.pid !== process.pid) {
    throw new Stop(
      `Scrip runs in this checkout already: pid ${running.pid}${running.web ? `, ${running.web}` : ", still starting"}.\n` +
        `scrip  Stop it with Ctrl-C in its terminal, or with \`kill ${running.pid}\`; another checkout can run beside it on other ports.`,
    );
  }
  await endLeftOvers();
  rmSync(FILE, { force: true });
  try {
    writeFileSync(FILE, JSON.stringify(thisRun([])), { flag: "wx", mode: 0o600 });
  } catch {
    throw new Stop("another start of this checkout began at the same moment: let it go on");
  }
}

async function endLeftOvers(): Promise<void> {
  const left = (readRun()?.children ?? []).filter(isRunning);
  for (const child of left) {
    say(`ending ${child.name} (pid ${child.pid}), which an earlier run left behind`);
    await end(child, "SIGTERM", LEFT_OVER_LIMIT_MS);
  }
  if (await endLeftOver(HOME)) say("ended the PostgreSQL that an earlier run left behind");
}

const thisRun = (children: Run["children"], web?: string): Run => ({
  ...mark(process.pid),
  command: commandOf(process.pid),
  ...(web === undefined ? {} : { web }),
  children,
});

/** Note which processes belong to this run. */
export function noteRun(children: { name: string; pid: number }[], web?: string): void {
  const marks = children.map(({ name, pid }) => ({ name, ...mark(pid) }));
  writeFileSync(FILE, JSON.stringify(thisRun(marks, web), null, 2), { mode: 0o600 });
}

/** Give the checkout back, if it is ours. */
export function leaveCheckout(): void {
  if (readRun()?.pid === process.pid) rmSync(FILE, { force: true });
}
