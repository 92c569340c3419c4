export { enqueue } from "./enqueue";
export { migrateQueue } from "./migrate-queue";
export { type Handler, type Job, openQueue, type Queue } from "./open-queue";
export { forgetProcessed } from "./outbox.store";
export { CONSUMER, relayOutbox, sweepOutbox } from "./relay-outbox";
export { isWorkedOff, workOff } from "./work-off";
