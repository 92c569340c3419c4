export { CONSUMER, enqueue, isWorkedOff, relayOutbox, sweepOutbox, workOff } from "./outbox";
export { forgetProcessed } from "./outbox.store";
export { type Handler, type Job, migrateQueue, openQueue, type Queue } from "./queue";
