import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { end, mark } from "../processes";

/** A part of `npm test`: a run of a test program that leaves its results in a file. */
export type Suite = {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly resultFile: string;
  readonly read: (results: unknown) => Outcome;
};

/** What a suite came to. `skipped` and `failed` name their tests. */
export type Outcome = {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
};

const running = new Set<ChildProcess>();
const END_LIMIT_MS = 30_000;

/** End what runs, so that an interrupted `npm test` leaves nothing: as Ctrl-C would, and wait until it is gone. */
export async function endSuites(): Promise<void> {
  await Promise.all([...running].map((child) => end(mark(child.pid ?? 0), "SIGINT", END_LIMIT_MS)));
}

/** Run a suite. One that leaves no results, or fails without naming a failed test, counts as failed. */
export async function runSuite(suite: Suite): Promise<Outcome> {
  rmSync(suite.resultFile, { force: true });
  const code = await run(suite);
  const outcome = readOutcome(suite);
  if (!outcome) return { passed: 0, failed: [`${suite.name}: left no results (exit code ${code})`], skipped: [] };
  if (code === 0 || outcome.failed.length > 0) return outcome;
  return { ...outcome, failed: [`${suite.name}: failed outside of its tests (exit code ${code})`] };
}

function run({ args, environment }: Suite): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...environment } });
    running.add(child);
    child.once("error", () => resolve(1));
    child.once("exit", (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

function readOutcome({ resultFile, read }: Suite): Outcome | null {
  if (!existsSync(resultFile)) return null;
  try {
    return read(JSON.parse(readFileSync(resultFile, "utf8")));
  } catch {
    return null; // cut short: the same as none
  }
}
