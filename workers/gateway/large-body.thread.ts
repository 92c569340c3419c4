import { parentPort } from "node:worker_threads";
import { runJob, type ThreadJob } from "./thread-job";

// One job after the other, as they are sent.
parentPort?.on("message", (job: ThreadJob) => {
  void runJob(job).then((answer) => parentPort?.postMessage(answer));
});
