import type { CardVersion } from "../../lib/catalog";
import { sharedGuardedClient, type SmallAnswer, type SmallCall } from "../../lib/http";
import { costFor } from "../../lib/usage";
import type { Nanos } from "../../lib/money";
import type { KeyToProbe, Probe } from "../../lib/pool";
import { NO_FACTS } from "../../lib/pricing";
import { type Adapter, findAdapter, supplierAddress } from "../../lib/providers";
import { nowMs } from "../../lib/time";

/** Where providers are, and a model of each that a look may ask. */
export type ProbeSettings = {
  baseUrls: ReadonlyMap<string, string>;
  /** Whether a channel's own address may lead into a private network. */
  privateUpstreams: boolean;
  /** A supplier's name of some model that we sell of a provider, and ours of the same; null where we sell none. */
  modelOf(provider: string): { id: string; upstreamModel: string; cost?: CardVersion | null } | null;
};

const LIMITS = { timeoutMs: 10_000, bytesMax: 64 * 1_024 } as const;

type Call = Omit<SmallCall, "headers">;

function judge(adapter: Adapter, answer: SmallAnswer): Probe {
  if (answer.status >= 200 && answer.status < 300) return { outcome: "valid" };
  const { forKey, outcome } = adapter.classify({ ...answer, nowMs: nowMs() });
  switch (forKey.action) {
    case "quarantine":
      return { outcome: "invalid", reason: forKey.reason };
    case "deplete":
      return { outcome: "no_money", reason: forKey.reason };
    case "none":
    case "avoid_model":
    case "cool":
    case "fault":
      return { outcome: "unknown", reason: outcome };
  }
}

/** The smallest request that costs something: it tells an account without money from one with some. */
function paidCall(adapter: Adapter, key: KeyToProbe, settings: ProbeSettings, path: string): Call | null {
  const model = settings.modelOf(key.provider);
  const name = model && (key.models?.get(model.id) ?? model.upstreamModel);
  if (!name || !adapter.openAi) return null;
  const body = { model: name, messages: [{ role: "user", content: "1" }], [adapter.openAi.outputCapField]: 1 };
  return { method: "POST", path: `${path}/chat/completions`, body: JSON.stringify(body) };
}

/** A smallest call can't have used more: what is counted where its answer tells no usage. Units: tokens. */
const USAGE_MAX = { input: 100, output: 1 };

/** The tokens that a paid answer says it took, within reason. */
function tokensIn(answer: SmallAnswer): { input: number; output: number } {
  const usage = readMember(answer.body, "usage");
  const count = (name: string): number => {
    const value = usage?.[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
  };
  const [input, output, total] = [count("prompt_tokens"), count("completion_tokens"), count("total_tokens")];
  if (Number.isNaN(input + output)) return USAGE_MAX;
  // Some count what they reasoned in the total alone.
  return { input, output: Math.max(output, Number.isNaN(total) ? 0 : total - input) };
}

/** A member of a JSON object that is an object itself; null where the text has none. */
function readMember(text: string, name: string): Record<string, unknown> | null {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[name];
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** What a paid look cost, by the cost card in force and the channel's factor. Units: nanodollars. Rounding: up. */
function costOfProbe(answer: SmallAnswer, key: KeyToProbe, settings: ProbeSettings): Nanos {
  const { input, output } = tokensIn(answer);
  const usage = { meters: { input_tokens: input, output_tokens: output }, kinds: {} };
  const card = settings.modelOf(key.provider)?.cost ?? null;
  return costFor({ card, facts: NO_FACTS, costFactor: key.costFactor }, usage).costNanos;
}

/**
 * Look at a key with its provider: a reading call first, which costs nothing; for a key that had no money or that an advance
 * rests on, or where reading says nothing, the smallest paid one. What that costs is the caller's to book.
 *
 * Never throws for what the provider does or doesn't do: that is `unknown`, and looked at again. Errors and results
 * never hold the key.
 */
export async function probeKey(key: KeyToProbe, settings: ProbeSettings): Promise<Probe> {
  const adapter = findAdapter(key.provider);
  const address =
    adapter &&
    supplierAddress(adapter, key.baseUrl, {
      overrides: settings.baseUrls,
      privateUpstreams: settings.privateUpstreams,
    });
  if (!adapter?.openAi || !address) return { outcome: "unknown", reason: "no_address" };
  const secret = key.secret.reveal();
  const path = adapter.openAi.path(secret);
  const ask = (call: Call): Promise<SmallAnswer> => {
    const headers = { ...adapter.authHeaders(secret), ...(call.body && { "content-type": "application/json" }) };
    return sharedGuardedClient().ask(address, { ...call, headers }, LIMITS);
  };
  try {
    const read = judge(adapter, await ask({ method: "GET", path: `${path}/models` }));
    const isPaid = key.state === "depleted" || key.isUnderAdvance || read.outcome !== "valid";
    const call = isPaid && read.outcome !== "invalid" ? paidCall(adapter, key, settings, path) : null;
    if (!call) return read;
    const answer = await ask(call);
    const paid = judge(adapter, answer);
    return paid.outcome === "valid" ? { ...paid, costNanos: costOfProbe(answer, key, settings) } : paid;
  } catch {
    return { outcome: "unknown", reason: "unreachable" }; // whatever the network did says nothing of the key
  }
}
