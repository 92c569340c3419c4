import { listChannels, type Channel } from "../catalog";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { SupplierAddress } from "../http";
import { type Adapter, findAdapter, supplierAddress } from "../providers";
import type { Settings } from "../settings";

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
  if (!adapter?.openAi || !channel) throw refused(`Keys of ${provider} can't be contributed yet: nothing serves them.`);
  const referenceModel = referenceModelOf(settings, provider);
  return { adapter, channel, settings, referenceModel, ceilingNanos: policy.pool_ceiling_usd };
}

/**
 * Where the keys that join a policy's channel are looked at; `baseUrls` are providers' addresses from the environment.
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
