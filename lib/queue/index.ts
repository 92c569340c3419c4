export { CONSUMER, enqueue, wasProcessed, relayOutbox, sweepOutbox, processOnce } from "./outbox";
export { purgeProcessed } from "./outbox.store";
export { type Handler, type Job, migrateQueue, openQueue, type Queue } from "./queue";
