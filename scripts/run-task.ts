import { explain, warn } from "./console";

/** Runs a task to its end; what it fails on is told in words, and the exit code says that it failed. */
export async function runTask(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    warn(explain(error));
    process.exitCode = 1;
  }
}
