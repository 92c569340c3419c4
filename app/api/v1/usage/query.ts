import * as z from "zod";
import { TimeZone } from "@/lib/auth";
import { DayInput, TimeInput } from "@/lib/http";
import type { UsageFilter } from "@/lib/usage";
import { dayStartMs } from "@/lib/time";
import { IdParam, pageQuery } from "../_replies/fields";
import { UsageStatus } from "../_replies/usage";

const DAY_MS = 24 * 60 * 60 * 1000;
const SUMMED_DAYS = 30;

/** A day of the time zone asked for, or a moment. */
const DayOrTime = z.union([DayInput, TimeInput]);

export const UsageQuery = z.strictObject({
  ...pageQuery,
  from: DayOrTime.optional().meta({ description: "The first day, or moment, of those asked for." }),
  to: DayOrTime.optional().meta({ description: "The day, or moment, after the last." }),
  time_zone: TimeZone.optional().meta({ description: "Of the days; the account's where left out." }),
  model: z.string().max(200).optional(),
  key: IdParam("apiKey").optional(),
  status: UsageStatus.optional(),
  group_by: z.enum(["day", "model", "key"]).optional(),
  format: z.enum(["json", "csv", "jsonl"]).default("json"),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

const toMs = (text: string, timeZone: string): number =>
  text.includes("T") ? Date.parse(text) : dayStartMs(text, timeZone);

/** Which records a query asks for. What is added up is bounded: the last 30 days where the query doesn't say. */
export function toFilter(
  query: UsageQuery,
  asks: { wallet: bigint; timeZone: string; nowMs: number },
): UsageFilter & { timeZone: string } {
  const timeZone = query.time_zone ?? asks.timeZone;
  const fromMs = query.from === undefined ? null : toMs(query.from, timeZone);
  const earliestMs = query.group_by ? asks.nowMs - SUMMED_DAYS * DAY_MS : null;
  return {
    wallet: asks.wallet,
    timeZone,
    fromMs: fromMs ?? earliestMs,
    toMs: query.to === undefined ? null : toMs(query.to, timeZone),
    model: query.model ?? null,
    apiKeyId: query.key ?? null,
    status: query.status ?? null,
  };
}
