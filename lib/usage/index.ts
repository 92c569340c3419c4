export { costFor, factorsOf, rateRequest, type RatedRequest, rateServed, type Terms, worstCharge } from "./charge";
export { listKeysToFold } from "./attempt.store";
export { foldAttempts } from "./fold";
export { createRefusedLog, purgeRefused, type RefusedLog } from "./refused";
export { dropOldUsage, getUsage, listUsage, summariseUsage } from "./usage";
export { type AdminUsageFilter, type AdminUsageRecord, readAnyUsage } from "./any-usage.store";
export type { UsageAttempt, UsageFilter, UsageGroup, UsageRecord, UsageSum } from "./usage.store";
