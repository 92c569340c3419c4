/** Ranges of days that pages offer; all of them end with today. */
export const RANGES = ["today", "7d", "30d", "90d", "month"] as const;
export type Range = (typeof RANGES)[number];
export const DEFAULT_RANGE: Range = "30d";

/** Whether a text names a range. */
export const isRange = (text: string | null): text is Range => RANGES.some((range) => range === text);
