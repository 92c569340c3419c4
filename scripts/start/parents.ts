import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const LOOK_EVERY_MS = 500;

/** The parent of a process, 0 where that can't be told. */
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
  }, LOOK_EVERY_MS);
  timer.unref();
}
