import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process that can be told from a later one of the same id. */
export type ProcessMark = { readonly pid: number; readonly started: string };

/** When a process started, as its system tells it; null where there is none, or only its corpse. */
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

/** The command line of a process, for telling people what holds a port; empty where it can't be read. */
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
    // It ended between the look and the signal.
  }
}
