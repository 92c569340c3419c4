export { type BurnedCredits, type SettledAttempt, settledAttempts } from "./attempt.store";
export { dropOldUsage } from "./drop-old-usage";
export { type Fold, foldAttempts } from "./fold-attempts";
export { getUsage } from "./get-usage";
export { listUsage } from "./list-usage";
export { type Recovery, recoverHolds } from "./recover-holds";
export { summariseUsage } from "./summarise-usage";
export type { UsageAttempt, UsageFilter, UsageGroup, UsageRecord, UsageSum } from "./usage-record";
