export { getUsage } from "./get-usage";
export { listUsage } from "./list-usage";
export { summariseUsage } from "./summarise-usage";
export type { UsageAttempt, UsageFilter, UsageGroup, UsageRecord, UsageSum } from "./usage-record";
