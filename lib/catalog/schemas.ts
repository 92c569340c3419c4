import * as z from "zod";
import { baseUrlProblem } from "../base-url";
import { TimeInput, validationFailed } from "../http";
import { type Decimal, MICROS_PER_CREDIT, parseDecimal, significantDigits, toScale } from "../money";
import { type Card, fieldText, INPUT_KINDS, type Meter, OUTPUT_KINDS, repeatedRows } from "./card";

/** A binary double gives back every decimal of so many digits, so a card may be read by an ordinary JSON parser. */
const SIGNIFICANT_DIGITS_MAX = 15;
const SCALE_MAX = 18;
const WHOLE_DIGITS_MAX = 12;
const NO_NUMBER = "must be a number, or a number written as text";

function whatIsWrong(decimal: Decimal | null): string | null {
  if (!decimal) return NO_NUMBER;
  if (decimal.digits < 0n) return "must not be negative";
  if (significantDigits(decimal) > SIGNIFICANT_DIGITS_MAX) {
    return `has more than ${SIGNIFICANT_DIGITS_MAX} significant digits: round it to a number that is meant`;
  }
  if (decimal.digits >= 10n ** BigInt(WHOLE_DIGITS_MAX + decimal.scale)) {
    return `has more than ${WHOLE_DIGITS_MAX} digits before the point`;
  }
  return decimal.scale > SCALE_MAX ? `has more than ${SCALE_MAX} decimal places` : null;
}

/** The same number without trailing zeros, so that one number has one form. */
function shortest({ digits, scale }: Decimal): Decimal {
  let [shorter, places] = [digits, scale];
  while (places > 0 && shorter % 10n === 0n) [shorter, places] = [shorter / 10n, places - 1];
  return { digits: shorter, scale: places };
}

/** A decimal of a card: a JSON number or decimal text, not negative, at most 15 significant digits; read exactly. */
const CardDecimal = z.union([z.number(), z.string()], NO_NUMBER).transform((written, context): Decimal => {
  const decimal = parseDecimal(String(written));
  const problem = whatIsWrong(decimal && shortest(decimal));
  if (!decimal || problem) {
    context.addIssue({ code: "custom", message: problem ?? NO_NUMBER });
    return z.NEVER;
  }
  return shortest(decimal);
});

/** A decimal of a card that isn't zero. */
const PositiveDecimal = CardDecimal.refine((decimal) => decimal.digits > 0n, "must be above zero");

/** The suppliers whose protocol the gateway speaks, by the names that models, channels and pool keys use. */
export const PROVIDERS = [
  "openai",
  "anthropic",
  "gemini",
  "cloudflare",
  "openrouter",
  "deepseek",
  "moonshot",
  "groq",
  "mistral",
  "xai",
  "siliconflow",
  "kling",
  "runway",
  "pika",
  "openai-compatible",
] as const;
export type Provider = (typeof PROVIDERS)[number];

const METER = /^(requests|input_tokens|output_tokens|seconds|megapixels|images|characters|calls:[a-z0-9_.-]{1,64})$/;
const isMeter = (text: string): text is Meter => METER.test(text);
const METER_MESSAGE =
  "must be requests, input_tokens, output_tokens, seconds, megapixels, images, characters or calls:<tool>";
const MeterName = z.string().refine(isMeter, METER_MESSAGE);

const FieldName = z.string().min(1).max(128);
const FieldValue = z.union([z.string().max(256), z.number(), z.boolean()]);
const FieldValues = z.record(FieldName, FieldValue);

const CardRate = z.strictObject({
  meter: MeterName,
  per: PositiveDecimal.prefault(1),
  amount: CardDecimal,
  min: CardDecimal.optional(),
});

const CardField = z.strictObject({
  in: z.enum(["header", "body"]),
  name: FieldName,
  equals: FieldValue,
  times: CardDecimal,
});

const TableRow = z.strictObject({ match: FieldValues, amount: CardDecimal });
const CardTable = z
  .strictObject({
    defaults: FieldValues.default({}),
    per: z.enum(["requests", "images"]).default("requests"),
    rows: z.array(TableRow).min(1).max(2_000),
    else: z.literal("rates").optional(),
  })
  .superRefine((table, context) => {
    for (const index of repeatedRows(table.defaults, table.rows)) {
      context.addIssue({ code: "custom", path: ["rows", index], message: "matches what an earlier row matches" });
    }
  });

const CardTier = z
  .strictObject({
    meter: MeterName,
    above: CardDecimal.optional(),
    from: CardDecimal.optional(),
    times: z.partialRecord(MeterName, CardDecimal),
    fields: z.array(CardField).min(1).max(200).optional(),
  })
  .refine(({ above, from }) => (above === undefined) !== (from === undefined), "needs either above or from");

const CardHours = z
  .strictObject({
    from_hour: z.int().min(0).max(23),
    to_hour: z.int().min(1).max(24),
    days: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
    times: CardDecimal,
  })
  .refine(({ from_hour, to_hour }) => from_hour !== to_hour, "must begin and end at different hours");

const CardSource = z.strictObject({ name: z.string().min(1).max(200), checked: z.iso.date() });

const ChargeUnit = PositiveDecimal.refine((unit) => toScale(unit, 6) !== null, "must be whole microcredits").refine(
  (unit) => (toScale(unit, 6) ?? 0n) <= 1_000n * MICROS_PER_CREDIT,
  "must be at most 1,000 credits",
);

/** A price or cost card as it crosses the edge: numbers as JSON numbers or decimal text, absent parts left out. */
export const CardBody = z
  .strictObject({
    rates: z.array(CardRate).max(100).default([]),
    multiples: z.partialRecord(z.enum([...INPUT_KINDS, ...OUTPUT_KINDS]), CardDecimal).default({}),
    fields: z.array(CardField).max(200).default([]),
    table: CardTable.optional(),
    tiers: z.array(CardTier).max(20).default([]),
    hours: z.array(CardHours).max(50).default([]),
    source: CardSource.optional(),
    chargeUnit: ChargeUnit.prefault(0.001),
  })
  .superRefine(({ fields, tiers }, context) => {
    const keyOf = (field: z.output<typeof CardField>): string => `${field.in} ${field.name} ${fieldText(field.equals)}`;
    const known = new Set(fields.map(keyOf));
    tiers.forEach((tier, index) => {
      tier.fields?.forEach((field, at) => {
        if (known.has(keyOf(field))) return;
        const path = ["tiers", index, "fields", at];
        context.addIssue({ code: "custom", path, message: "takes the place of a field that the card doesn't have" });
      });
    });
  })
  .refine((card) => card.rates.length > 0 || card.table, "a card needs rates or a table")
  .refine((card) => card.table?.else !== "rates" || card.rates.length > 0, "a table with else: rates needs rates");
export type CardBody = z.input<typeof CardBody>;

export const ModelId = z.string().regex(/^[\w@][\w@./:-]{0,127}$/, "may hold letters, digits and @ . / : _ - only");

/** What one counted request of a model takes, as an admin puts it and as it is stored. */
export const CountPrice = z.strictObject({
  credits: PositiveDecimal,
  weight: z.int().min(1).max(1_000_000).optional(),
  max_tokens_in: z.int().min(1).default(4_000),
  max_tokens_out: z.int().min(1).default(1_000),
});

/** A model as an admin puts it. What is left out is at its default, save the cards: a card left out stays as it is. */
export const ModelBody = z.strictObject({
  display_name: z.string().min(1).max(128).optional(),
  provider: z.enum(PROVIDERS),
  upstream_model: z.string().min(1).max(256),
  capabilities: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/)).max(32),
  context_tokens: z.int().min(1).nullish(),
  default_output_cap: z.int().min(1).max(10_000_000).default(4_096),
  count_price: CountPrice.nullish(),
  enabled: z.boolean().default(true),
  price: CardBody.optional(),
  cost: CardBody.optional(),
  effective_from: TimeInput.optional(),
});
export type ModelBody = z.input<typeof ModelBody>;

/** A channel's own model names: model id → name at the supplier. */
export const OwnModelNames = z.record(ModelId, z.string().min(1).max(256));

const BaseUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const message = baseUrlProblem(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  })
  .meta({
    format: "uri",
    description: "http or https, with a host and a path: no user, no query, no fragment.",
  });

/** A channel as an admin puts it. What is left out is at its default. */
export const ChannelBody = z
  .strictObject({
    provider: z.enum(PROVIDERS),
    discount: PositiveDecimal.prefault(1),
    priority: z.int().min(0).max(1_000).default(1).meta({ description: "The highest serves first." }),
    weight: z.int().min(0).max(1_000).default(1),
    default_quota: z.int().min(1).max(1_000_000_000).nullish(),
    base_url: BaseUrl.nullish(),
    models: OwnModelNames.nullish(),
    cost_factor: CardDecimal.prefault(1),
    enabled: z.boolean().default(true),
  })
  .refine((channel) => channel.provider !== "openai-compatible" || channel.base_url, {
    path: ["base_url"],
    message: "an openai-compatible channel needs the address of its supplier",
  });
export type ChannelBody = z.input<typeof ChannelBody>;

/**
 * Read a card, from a request or from its stored text.
 *
 * Errors: `validation_failed` with every problem listed, each with the dotted path of the part it is in.
 */
export function parseCard(json: unknown): Card {
  const parsed = CardBody.safeParse(json);
  if (!parsed.success) throw validationFailed(parsed.error);
  return parsed.data;
}
