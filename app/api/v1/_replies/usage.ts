import * as z from "zod";
import type { User } from "@/lib/auth";
import { credits, NumberLiteral, usd } from "@/lib/http";
import { toPublicId, type Uuid } from "@/lib/ids";
import type { AdminUsageRecord, UsageGroup, UsageRecord, UsageSum } from "@/lib/usage";
import { formatDecimal, parseDecimal } from "@/lib/money";
import { toIso } from "@/lib/time";
import { Credits, Time, Usd } from "./fields";

/** How a request ended. */
export const UsageStatus = z.enum(["ok", "failed", "cancelled", "interrupted"]);

const ChargeLine = z
  .looseObject({
    what: z.string().meta({ description: "rate, table, field, factor or rounding." }),
    subtotal: z.string().meta({ description: "Credits: a decimal, or a fraction such as 1/30." }),
  })
  .meta({ id: "ChargeLine" });

const Attempt = z.object({ n: z.int(), outcome: z.enum(["ok", "failed"]), latency_ms: z.number() });

export const UsageReply = z
  .object({
    id: z.string().meta({ description: "The request's id: `x-request-id` of its reply." }),
    at: Time,
    key_id: z.string(),
    protocol: z.string(),
    model: z.string(),
    mode: z.enum(["token", "count", "cache", "batch"]),
    status: UsageStatus,
    http_status: z.int(),
    error_code: z.string().nullable(),
    message: z.string().nullable().meta({
      description:
        "What the client was told, of a request that was refused before a supplier was asked; kept for 30 days.",
    }),
    meters: z.record(z.string(), z.number()),
    credits: Credits,
    by_source: z.object({ promo: Credits, referral: Credits, purchased: Credits, earned: Credits }),
    requests: z.int().meta({ description: "Counted requests taken from a request balance." }),
    estimated: z.boolean().meta({ description: "The supplier told no usage: tokens were counted here." }),
    streamed: z.boolean(),
    card_version: z.int().nullable().meta({ description: "Of the model's price card that it was rated by." }),
    multipliers: z.array(z.object({ name: z.string(), factor: z.number() })),
    breakdown: z.array(ChargeLine).meta({ description: "The lines of the charge's calculation; they add up to it." }),
    attempts: z.array(Attempt),
    latency_ms: z.int(),
    ttft_ms: z.int().nullable(),
    task_id: z.string().nullable(),
  })
  .meta({ id: "Usage" });

/** A quantity kept as decimal text, as the number it is; other text and all else as it is. */
export function toNumeric(value: number | string): number | string | NumberLiteral {
  const parsed = typeof value === "string" ? parseDecimal(value) : null;
  return parsed ? new NumberLiteral(formatDecimal(parsed.digits, parsed.scale)) : value;
}

const showMeters = (meters: UsageRecord["meters"]) =>
  Object.fromEntries(Object.entries(meters).map(([meter, quantity]) => [meter, toNumeric(quantity)]));

/** A usage record as the API shows it. */
export const showUsage = (record: UsageRecord) => ({
  id: toPublicId("request", record.id),
  at: toIso(record.atMs),
  key_id: toPublicId("apiKey", record.apiKeyId),
  protocol: record.protocol,
  model: record.model,
  mode: record.mode,
  status: record.status,
  http_status: record.httpStatus,
  error_code: record.errorCode,
  message: record.message,
  meters: showMeters(record.meters),
  credits: credits(record.chargeMicros),
  by_source: {
    promo: credits(record.bySource.promo),
    referral: credits(record.bySource.referral),
    purchased: credits(record.bySource.purchased),
    earned: credits(record.bySource.earned),
  },
  requests: record.requests,
  estimated: record.isEstimated,
  streamed: record.isStreamed,
  card_version: record.priceVersion,
  multipliers: record.multipliers.map(({ name, factor }) => ({ name, factor: toNumeric(factor) })),
  breakdown: record.breakdown,
  attempts: record.attempts.map(({ n, outcome, latencyMs }) => ({ n, outcome, latency_ms: latencyMs })),
  latency_ms: record.latencyMs,
  ttft_ms: record.ttftMs,
  task_id: record.taskId,
});

export const AdminUsageReply = UsageReply.extend({
  user_id: z.string().nullable(),
  email: z.string().nullable(),
  cost_usd: Usd.meta({ description: "What the supplier bills for the attempt that served." }),
  channel: z.string().nullable(),
  pool_key_id: z.string().nullable(),
  attempts: z.array(Attempt.extend({ outcome: z.string(), channel: z.string() })),
}).meta({ id: "AdminUsage" });

/** A usage record as admins see it, with its owner where there is one. */
export const showAdminUsage = (record: AdminUsageRecord, owner: User | null) => ({
  ...showUsage(record),
  user_id: owner && toPublicId("user", owner.id),
  email: owner?.email ?? null,
  cost_usd: usd(record.costNanos),
  channel: record.channel,
  pool_key_id: record.poolKeyId && toPublicId("poolKey", record.poolKeyId),
  attempts: record.attempts.map(({ n, latencyMs }, index) => ({
    n,
    outcome: record.tries[index]?.outcome ?? "",
    channel: record.tries[index]?.channel ?? "",
    latency_ms: latencyMs,
  })),
});

export const UsageSumReply = z
  .object({
    group: z.string().meta({ description: "The day, the model or the key's id." }),
    credits: Credits,
    count: z.int().meta({ description: "How many requests ended." }),
    failed: z.int(),
    requests: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
  })
  .meta({ id: "UsageSum" });

const whole = (value: bigint): NumberLiteral => new NumberLiteral(String(value));

/** Usage added up, as the API shows it. */
export const showUsageSum = (sum: UsageSum, group: UsageGroup) => ({
  // The column's type.
  group: group === "key" ? toPublicId("apiKey", sum.group as Uuid) : sum.group,
  credits: credits(sum.chargeMicros),
  count: whole(sum.count),
  failed: whole(sum.failed),
  requests: whole(sum.requests),
  input_tokens: whole(sum.inputTokens),
  output_tokens: whole(sum.outputTokens),
});
