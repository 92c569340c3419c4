import type * as z from "zod";
import { decimal } from "../http";
import { toIso } from "../time";
import { cardJson } from "./card";
import { cardAt, type Channel, type CountPrice, type ModelWithCards } from "./model";
import type { PutModel } from "./publish";
import type { ChannelBody, ModelBody } from "./schemas";

function countPriceFromBody(body: z.output<typeof ModelBody>["count_price"]): CountPrice | null {
  if (!body) return null;
  const { credits, weight, max_tokens_in, max_tokens_out } = body;
  return { credits, weight: weight ?? null, maxTokensIn: max_tokens_in, maxTokensOut: max_tokens_out };
}

/** What an admin's body asks to be put under that name. */
export function modelFromBody(id: string, body: z.output<typeof ModelBody>): PutModel {
  const model = {
    id,
    displayName: body.display_name ?? id,
    provider: body.provider,
    upstreamModel: body.upstream_model,
    capabilities: body.capabilities,
    contextTokens: body.context_tokens ?? null,
    defaultOutputCap: body.default_output_cap,
    countPrice: countPriceFromBody(body.count_price),
    enabled: body.enabled,
  };
  const effectiveFromMs = body.effective_from === undefined ? undefined : Date.parse(body.effective_from);
  return { model, price: body.price, cost: body.cost, effectiveFromMs };
}

/** A model as admins see it, for `toJson`: the cards in force at `nowMs`, and those that will follow. */
export function modelJson(model: ModelWithCards, nowMs: number): Record<string, unknown> {
  const { countPrice, prices, costs } = model;
  const [price, cost] = [cardAt(prices, nowMs), cardAt(costs, nowMs)];
  const scheduled = [...prices, ...costs].filter((version) => version.effectiveFromMs > nowMs);
  return {
    id: model.id,
    display_name: model.displayName,
    provider: model.provider,
    upstream_model: model.upstreamModel,
    capabilities: model.capabilities,
    context_tokens: model.contextTokens,
    default_output_cap: model.defaultOutputCap,
    count_price: countPrice && {
      credits: decimal(countPrice.credits),
      weight: countPrice.weight ?? undefined,
      max_tokens_in: countPrice.maxTokensIn,
      max_tokens_out: countPrice.maxTokensOut,
    },
    enabled: model.enabled,
    price: price && cardJson(price.card),
    price_version: price?.version ?? null,
    cost: cost && cardJson(cost.card),
    cost_version: cost?.version ?? null,
    effective_from: price && toIso(price.effectiveFromMs),
    scheduled: scheduled.map(({ kind, version, effectiveFromMs, card }) => ({
      kind,
      version,
      effective_from: toIso(effectiveFromMs),
      card: cardJson(card),
    })),
  };
}

/** What an admin's body asks to be put under that name. */
export function channelFromBody(id: string, body: z.output<typeof ChannelBody>): Channel {
  return {
    id,
    provider: body.provider,
    discount: body.discount,
    priority: body.priority,
    weight: body.weight,
    defaultQuota: body.default_quota ?? null,
    baseUrl: body.base_url ?? null,
    models: body.models ?? null,
    costFactor: body.cost_factor,
    enabled: body.enabled,
  };
}

/** A channel as admins see it, for `toJson`. */
export function channelJson(channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    provider: channel.provider,
    discount: decimal(channel.discount),
    priority: channel.priority,
    weight: channel.weight,
    default_quota: channel.defaultQuota,
    base_url: channel.baseUrl,
    models: channel.models,
    cost_factor: decimal(channel.costFactor),
    enabled: channel.enabled,
  };
}
