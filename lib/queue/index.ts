export { enqueue } from "./enqueue";
export { migrateQueue, QUEUE_SCHEMA } from "./migrate-queue";
export { type Handler, type Job, openQueue, type Queue, type QueueOptions } from "./open-queue";
export { forgetProcessed, type JobPayload } from "./outbox.store";
export { CONSUMER, relayOutbox, sweepOutbox } from "./relay-outbox";
export { isWorkedOff, workOff } from "./work-off";
