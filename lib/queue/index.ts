export {
  CONSUMER,
  enqueue,
  processOnce,
  readFailingJobs,
  recordFailure,
  relayOutbox,
  retryJob,
  sweepOutbox,
  wasProcessed,
} from "./outbox";
export { type FailingJob } from "./outbox.store";
export { purgeProcessed } from "./outbox.store";
export { type Handler, type Job, migrateQueue, openQueue, type Queue } from "./queue";
