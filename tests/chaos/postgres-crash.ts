import { readdirSync, readFileSync } from "node:fs";
import { isRunning, mark, type ProcessMark } from "../../scripts/processes";
import { until } from "../support/until";

/** The processes that a process started itself. Linux only, like the rounds. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const stat = readFileSync(`/proc/${candidate}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false; // it ended between the listing and the check
      }
    });
}

/**
 * Kill a PostgreSQL with all its processes at once, as a power cut does, and wait until none is left.
 *
 * Only then is its shared memory free, without which it can't be started again. Answers how many died.
 */
export async function crashPostgres(postmaster: number): Promise<number> {
  // Stopped first, so that it starts no further process while its own are looked for.
  process.kill(postmaster, "SIGSTOP");
  const marks: ProcessMark[] = [postmaster, ...childrenOf(postmaster)].map(mark);
  for (const { pid } of marks) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // A child that ended by itself is dead too.
    }
  }
  await until(() => !marks.some(isRunning), "every process of the server is gone");
  return marks.length;
}
