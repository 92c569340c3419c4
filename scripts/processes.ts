import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process, distinct from a later one of the same id. */
export type ProcessMark = { readonly pid: number; readonly started: string };

/** When a process started, as its system has it; null where there is none, or only its corpse. */
export function startOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (existsSync("/proc/self/stat")) return startFromProc(pid);
  const found = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim();
  if (!found || found.startsWith("Z")) return null;
  return found.replace(/^\S+\s+/, "");
}

function startFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, so fields are counted from its end: state is field 3, start 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "Z"] = fields;
    return state === "Z" || state === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export function mark(pid: number): ProcessMark {
  return { pid, started: startOf(pid) ?? "" };
}

/** Whether the very process of the mark still runs. */
export function isRunning({ pid, started }: ProcessMark): boolean {
  return started !== "" && startOf(pid) === started;
}

/** The command line of a process, to show who holds a port; empty where it can't be read. */
export function commandOf(pid: number): string {
  try {
    if (existsSync(`/proc/${pid}/cmdline`))
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
  } catch {
    return "";
  }
}

/** Ends a process: politely, then, after `patienceMs`, at once. Resolves when it is gone. */
export async function end(process_: ProcessMark, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  signalTo(process_, signal);
  while (isRunning(process_)) {
    if (Date.now() > deadline) signalTo(process_, "SIGKILL");
    await delay(25);
  }
}

function signalTo(process_: ProcessMark, signal: NodeJS.Signals): void {
  if (!isRunning(process_)) return;
  try {
    process.kill(process_.pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}

const POLL_MS = 500;

/** The parent of a process, 0 where that is unknown. */
function parentOf(pid: number): number {
  try {
    if (existsSync("/proc/self/stat")) {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    }
    return Number(spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim()) || 0;
  } catch {
    return 0;
  }
}

/**
 * Call `onGone` once who started us is gone, however they went.
 *
 * Under npm that is npm itself, which may be two up: between stands the shell that it runs scripts with.
 */
export function watchParents(onGone: () => void): void {
  const parent = process.ppid;
  const grandparent = process.env["npm_lifecycle_event"] ? parentOf(parent) : 0;
  const timer = setInterval(() => {
    const isGone = process.ppid !== parent || (grandparent > 1 && parentOf(parent) !== grandparent);
    if (!isGone) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}

/** Run a JavaScript file with our own node and keep its output. */
export function command(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...environment },
    });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}
