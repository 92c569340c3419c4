/** How requests end. */
export const USAGE_STATUSES = ["ok", "failed", "cancelled", "interrupted"] as const;
export type UsageStatusName = (typeof USAGE_STATUSES)[number];

/** Whether a text is a status that requests end with. */
export const isUsageStatus = (text: string | null): text is UsageStatusName =>
  USAGE_STATUSES.some((status) => status === text);
