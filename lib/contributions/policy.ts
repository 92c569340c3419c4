import {
  type Card,
  type Channel,
  costCardAt,
  findModel,
  listChannels,
  type ModelWithCards,
  priceCardAt,
} from "../catalog";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { SupplierAddress } from "../http";
import type { Uuid } from "../ids";
import type { Micros, Nanos } from "../money";
import { NO_FACTS, rate, type Ratio, ratioOf } from "../pricing";
import { type Adapter, findAdapter, supplierAddress } from "../providers";
import type { Settings } from "../settings";
import { countSince, sumQuotaLeft, sumUnvested } from "./contribution.store";
import type { ReferenceRequest } from "./valuation";

/** On what terms a provider's keys may be contributed. */
export type Policy = {
  adapter: Adapter;
  /** The channel that they join. */
  channel: Channel;
  settings: Settings;
  referenceModel: string | null;
  ceilingNanos: Settings["providers"][string]["pool_ceiling_usd"];
};

// What prices a provider's keys where the admin named no model.
const REFERENCE_MODELS: Readonly<Record<string, string>> = {
  openai: "gpt-4",
  anthropic: "claude-3",
  cloudflare: "llama-3",
};

const refused = (why: string): ScripError => new ScripError("provider_not_allowed", why);

/** The model that prices a provider's keys: the one that the admin named, else the usual one; null where there is none. */
export const referenceModelOf = ({ providers }: Pick<Settings, "providers">, provider: string): string | null =>
  (Object.hasOwn(providers, provider) ? providers[provider]?.reference_model : null) ??
  REFERENCE_MODELS[provider] ??
  null;

/** The channel that the admin named, else the one of the provider's name, else the one that is served first. */
function channelOf(channels: readonly Channel[], provider: string, named: string | null): Channel | null {
  const usable = channels.filter((channel) => channel.provider === provider && channel.enabled);
  if (named !== null) return usable.find(({ id }) => id === named) ?? null;
  const own = usable.find(({ id }) => id === provider);
  return own ?? usable.toSorted((a, b) => b.priority - a.priority)[0] ?? null;
}

/**
 * The terms on which a provider's keys may be contributed under these settings, with these channels.
 *
 * Errors: `provider_not_allowed`, with the provider's note, while the operator doesn't allow it or nothing could serve.
 */
export function policyOf(channels: readonly Channel[], settings: Settings, provider: string): Policy {
  const policy = Object.hasOwn(settings.providers, provider) ? settings.providers[provider] : undefined;
  if (!settings.switches.contributions) throw refused("Contributions are switched off at the moment. Try again later.");
  if (!policy?.allowed || settings.switches.providers_off.includes(provider)) {
    const note = policy?.note ?? "";
    throw refused(`Keys of ${provider} can't be contributed here.${note && ` ${note}`}`);
  }
  const adapter = findAdapter(provider);
  const channel = channelOf(channels, provider, policy.channel);
  if (!adapter?.keyCheck || !channel)
    throw refused(`Keys of ${provider} can't be contributed yet: nothing serves them.`);
  const referenceModel = referenceModelOf(settings, provider);
  return { adapter, channel, settings, referenceModel, ceilingNanos: policy.pool_ceiling_usd };
}

/**
 * Where the keys that join a policy's channel are validated; `baseUrls` are providers' addresses from the environment.
 *
 * Errors: `provider_not_allowed` while it has no address.
 */
export function addressOf(policy: Policy, baseUrls: ReadonlyMap<string, string>): SupplierAddress {
  const { adapter, channel, settings } = policy;
  const address = supplierAddress(adapter, channel.baseUrl, {
    overrides: baseUrls,
    privateUpstreams: settings.switches.private_upstreams,
  });
  if (address === null) throw refused(`Keys of ${adapter.id} can't be checked yet: its address isn't set.`);
  return address;
}

/** The terms on which a provider's keys may be contributed now. Errors: as `policyOf`. */
export async function findPolicy(reader: Tx, settings: Settings, provider: string): Promise<Policy> {
  return policyOf(await listChannels(reader), settings, provider);
}

const REFERENCE_USAGE = { meters: { input_tokens: 500, output_tokens: 500 }, kinds: {} };

/** A provider's reference request, and the supplier's name of its model, which a validation asks. */
export type Reference = ReferenceRequest & { upstreamModel: string };

function rateReference(card: Card | undefined): Ratio | null {
  const rating = card && rate(card, REFERENCE_USAGE, NO_FACTS);
  return rating?.outcome === "rated" && rating.total.num > 0n ? rating.total : null;
}

/**
 * Price and cost of a provider's reference request: 500 tokens in and 500 out of this model, its reference, under the
 * cards in force, without any discount, at the cost of the channel that its keys join.
 *
 * Units: credits, US dollars. Rounding: none. Errors: `provider_not_allowed` where that model has no price or no cost.
 */
export function referenceOf({ adapter, channel }: Policy, model: ModelWithCards | null, nowMs: number): Reference {
  const price = model && rateReference(priceCardAt(model, nowMs)?.card);
  const cost = model && rateReference(costCardAt(model, nowMs)?.card);
  const factor = ratioOf(channel.costFactor);
  if (!model?.enabled || model.provider !== adapter.id || !price || !cost || factor.num <= 0n) {
    throw new ScripError(
      "provider_not_allowed",
      `Keys of ${adapter.id} can't be valued: an admin has to name a model with a price and a cost as its reference.`,
    );
  }
  const upstreamModel = channel.models?.[model.id] ?? model.upstreamModel;
  return { price, cost: { num: cost.num * factor.num, den: cost.den * factor.den }, upstreamModel };
}

/** The reference request of a provider's terms as of now. Errors: as `referenceOf`. */
export async function findReference(reader: Tx, ctx: Pick<Ctx, "nowMs">, policy: Policy): Promise<Reference> {
  const model = policy.referenceModel === null ? null : await findModel(reader, policy.referenceModel);
  return referenceOf(policy, model, ctx.nowMs);
}

/**
 * Stop what would take a provider's contributed quota, or an account's unvested credits, above what the operator allows.
 *
 * Units: nanodollars, microcredits. Errors: `pool_full`.
 */
export async function requireCapacity(
  tx: Tx,
  { ceilingNanos, settings, adapter }: Policy,
  added: { userId: Uuid; quotaNanos: Nanos; netMicros: Micros },
): Promise<void> {
  if (ceilingNanos !== null && (await sumQuotaLeft(tx, adapter.id)) + added.quotaNanos > ceilingNanos) {
    throw new ScripError("pool_full", `The pool has enough quota of ${adapter.id} for now. Try again another day.`);
  }
  if ((await sumUnvested(tx, added.userId)) + added.netMicros > settings.max_unvested) {
    throw new ScripError(
      "pool_full",
      "You have as many credits waiting to vest as an account may have. Let some vest first.",
    );
  }
}

const DAY_MS = 86_400_000;

/** An account makes so many contributions a day. Errors: `rate_limit_exceeded`. */
export async function requireDailyLimit(tx: Tx, ctx: Pick<Ctx, "nowMs">, userId: Uuid, perDay: number): Promise<void> {
  if ((await countSince(tx, userId, ctx.nowMs - DAY_MS)) < perDay) return;
  throw new ScripError("rate_limit_exceeded", `You can make ${perDay} contributions in 24 hours. Try again later.`, {
    retryAfterS: 3_600,
  });
}
