import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { until } from "./until";

/** A process of ours under test, started from its bundle. */
export type Worker = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly child: ChildProcess;
  /** Processor time that it has used. Units: milliseconds; NaN where the system doesn't say. */
  cpuMs(): number;
  /** Ends it at once, as a crash does, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  name: string;
  file: string;
  args?: string[];
  env?: Record<string, string>;
  /** Where its output goes: the file is written anew. */
  logFile: string;
  /** Its address, for a process that doesn't log it. */
  url?: string;
  /** What the log of a process without an address says when it is ready. */
  readyText?: string;
  /** The cores that it may run on, as `taskset` writes them; all without it. */
  cores?: string;
};

const START_LIMIT_MS = 30_000;
// As Linux counts processor time for everybody: USER_HZ.
const TICK_MS = 10;

/** The address that a process's log names first; null while it names none. */
function urlIn(logFile: string): string | null {
  for (const line of readFileSync(logFile, "utf8").split("\n")) {
    const url = /"url":"(http[^"]+)"/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  return null;
}

function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, so fields are counted from its end: user and system time are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

/** Whether something answers at that address, whatever it answers. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/**
 * Start a process and wait until its log names its address, or it answers at the one given.
 *
 * Its environment is what is given and nothing else of ours.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, file, args = [], env = {}, logFile, readyText, cores } = options;
  const output = openSync(logFile, "w");
  const command = [process.execPath, "--enable-source-maps", file, ...args];
  const [program = "", ...rest] = cores === undefined ? command : ["taskset", "-c", cores, ...command];
  const child = spawn(program, rest, {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production", ...env },
    stdio: ["pipe", output, output],
  });
  closeSync(output);
  const isReady = async (): Promise<boolean> => {
    if (options.url) return answers(options.url);
    return readyText === undefined ? urlIn(logFile) !== null : readFileSync(logFile, "utf8").includes(readyText);
  };
  await until(async () => child.exitCode !== null || (await isReady()), `${name} is ready`, START_LIMIT_MS);
  if (child.pid === undefined || child.exitCode !== null) {
    throw new Error(`${name} didn't start:\n${readFileSync(logFile, "utf8")}`);
  }
  const url = options.url ?? urlIn(logFile) ?? "";
  const { pid } = child;
  return {
    name,
    pid,
    url,
    child,
    cpuMs: () => cpuMsOf(pid),
    async kill() {
      child.kill("SIGKILL");
      await gone(child);
    },
    async stop() {
      child.kill("SIGTERM");
      await gone(child);
    },
  };
}
