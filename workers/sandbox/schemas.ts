import * as z from "zod";
import { parseUsd, type Nanos } from "../../lib/money";

const Usd = z.number().transform((amount, context): Nanos => {
  const parsed = parseUsd(String(amount));
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: "has more than 9 decimals" });
  return z.NEVER;
});
const Count = z.int().min(0).max(10_000_000);

/** `PUT /_sandbox/keys/{key}`: what changes; the rest stays. */
export const KeyInput = z.strictObject({
  quota_usd: Usd.optional(),
  account: z.string().min(1).max(200).optional(),
  revoked: z.boolean().optional(),
  rpm: z.int().min(1).nullable().optional(),
  billing: z.boolean().optional(),
});

/** `POST /_sandbox/next`: what the next requests shall meet. */
export const OrderInput = z.strictObject({
  on: z.enum(["chat", "models", "billing", "stripe"]).default("chat"),
  key: z.string().optional(),
  count: z.int().min(1).default(1),
  error: z.string().optional(),
  status: z.int().min(300).max(599).optional(),
  cut_after: Count.optional(),
  error_after: Count.optional(),
  delay_ms: Count.optional(),
  no_usage: z.boolean().optional(),
  usage: z.unknown().optional(),
});

/** `PUT /_sandbox/settings`: pace of replies in milliseconds, prices in USD per 1,000 tokens. */
export const SettingsInput = z.strictObject({
  chunk_delay_ms: Count.optional(),
  first_token_ms: Count.optional(),
  prices: z.record(z.string(), z.strictObject({ input: Usd, output: Usd })).optional(),
  /** Where Stripe's events go, in how many copies, how late; `drop` loses them all. */
  stripe: z
    .strictObject({
      webhook_url: z.url().nullable().optional(),
      webhook_secret: z.string().optional(),
      delay_ms_max: Count.optional(),
      copies: z.int().min(1).max(10).optional(),
      seed: z.int().optional(),
      drop: z.boolean().optional(),
    })
    .optional(),
});
