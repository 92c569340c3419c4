import cluster, { type Worker } from "node:cluster";
import type { Log } from "../../lib/log";

/** Several processes of one gateway behind one port. */
export type Workers = { stop(): Promise<void> };

const RESTART_MS = 1_000;

/** Start so many copies of this process, and another one for each that dies. */
export function superviseWorkers(count: number, log: Log): Workers {
  let isStopping = false;
  for (let started = 0; started < count; started++) cluster.fork();
  cluster.on("exit", (worker, code, signal) => {
    if (isStopping) return;
    log.error({ worker: worker.process.pid, code, signal }, "a worker died; another one starts");
    setTimeout(() => isStopping || cluster.fork(), RESTART_MS);
  });
  const ended = (worker: Worker): Promise<void> =>
    new Promise((resolve) => {
      worker.once("exit", () => resolve());
      worker.kill("SIGTERM");
    });
  return {
    async stop() {
      isStopping = true;
      await Promise.all(Object.values(cluster.workers ?? {}).flatMap((worker) => (worker ? [ended(worker)] : [])));
    },
  };
}
