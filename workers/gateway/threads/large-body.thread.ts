import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { runJob, type ThreadJob } from "./thread-job";

// Whoever waits for the event loop goes first. Linux alone has priorities of threads: elsewhere it would be the process's.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

// One job after the other, as they are sent.
parentPort?.on("message", (job: ThreadJob) => {
  void runJob(job).then((answer) => parentPort?.postMessage(answer));
});
