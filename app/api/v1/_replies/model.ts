import { cardAt, CardBody, cardJson, channelJson, modelJson, type ModelWithCards } from "@/lib/catalog";
import { decimal } from "@/lib/http";
import * as z from "zod";
import { Time } from "./fields";

export const ChannelReply = z
  .object({
    id: z.string(),
    provider: z.string(),
    discount: z.number().meta({ description: "A factor on the charge." }),
    priority: z.int().meta({ description: "The highest serves first." }),
    weight: z.int(),
    default_quota: z.int().nullable(),
    base_url: z.string().nullable(),
    models: z.record(z.string(), z.string()).nullable(),
    cost_factor: z.number(),
    enabled: z.boolean(),
  })
  .meta({ id: "Channel" });

/** A channel as admins see it. */
export const showChannel = channelJson;

/** A card in a reply has the form in which admins put it. */
const CardReply = z.unknown().meta({ override: inputSchema(CardBody) });

/** The JSON Schema of what a schema takes, for replies that have the same form. */
export function inputSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

const CountPriceReply = z.object({
  credits: z.number(),
  weight: z.int().optional(),
  max_tokens_in: z.int(),
  max_tokens_out: z.int(),
});

const shared = {
  id: z.string(),
  display_name: z.string(),
  provider: z.string(),
  capabilities: z.array(z.string()),
  context_tokens: z.int().nullable(),
  default_output_cap: z.int(),
  count_price: CountPriceReply.nullable(),
  price: CardReply,
  price_version: z.int().nullable(),
};

export const ModelReply = z
  .object({
    ...shared,
    available: z.boolean().meta({ description: "Whether requests for it can be served now." }),
    price: CardReply.meta({ description: "The price card in force, in credits." }),
  })
  .meta({ id: "Model" });

export const AdminModelReply = z
  .object({
    ...shared,
    upstream_model: z.string(),
    enabled: z.boolean(),
    cost: CardReply,
    cost_version: z.int().nullable(),
    effective_from: Time.nullable(),
    scheduled: z.array(
      z.object({ kind: z.enum(["price", "cost"]), version: z.int(), effective_from: Time, card: CardReply }),
    ),
  })
  .meta({ id: "AdminModel" });

/** A model that can be called, as everybody sees it: prices in credits, nothing of suppliers. `null` without a price. */
export function showModel(model: ModelWithCards, available: boolean, nowMs: number) {
  const price = cardAt(model.prices, nowMs);
  if (!price || !model.enabled) return null;
  const { countPrice } = model;
  return {
    id: model.id,
    display_name: model.displayName,
    provider: model.provider,
    available,
    capabilities: model.capabilities,
    context_tokens: model.contextTokens,
    default_output_cap: model.defaultOutputCap,
    count_price: countPrice && {
      credits: decimal(countPrice.credits),
      weight: countPrice.weight ?? undefined,
      max_tokens_in: countPrice.maxTokensIn,
      max_tokens_out: countPrice.maxTokensOut,
    },
    price: cardJson(price.card),
    price_version: price.version,
  };
}

/** A model as admins see it. */
export const showAdminModel = modelJson;
