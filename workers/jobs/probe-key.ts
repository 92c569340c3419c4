import { sharedGuardedClient, type SmallAnswer, type SmallCall } from "../../lib/http";
import type { KeyToProbe, Probe } from "../../lib/pool";
import { type Adapter, findAdapter, supplierAddress } from "../../lib/providers";
import { nowMs } from "../../lib/time";

/** Where providers are, and a model of each that a look may ask. */
export type ProbeSettings = {
  baseUrls: ReadonlyMap<string, string>;
  /** Whether a channel's own address may lead into a private network. */
  privateUpstreams: boolean;
  /** A supplier's name of some model that we sell of a provider, and ours of the same; null where we sell none. */
  modelOf(provider: string): { id: string; upstreamModel: string } | null;
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

/**
 * Look at a key with its provider: a reading call first, which costs nothing; for a key that had no money, or where
 * reading says nothing, the smallest paid one. What it costs isn't booked on the key.
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
  const ask = async (call: Call): Promise<Probe> => {
    const headers = { ...adapter.authHeaders(secret), ...(call.body && { "content-type": "application/json" }) };
    return judge(adapter, await sharedGuardedClient().ask(address, { ...call, headers }, LIMITS));
  };
  try {
    const read = await ask({ method: "GET", path: `${path}/models` });
    const isEnough = read.outcome === "invalid" || (read.outcome === "valid" && key.state !== "depleted");
    const paid = isEnough ? null : paidCall(adapter, key, settings, path);
    return paid ? await ask(paid) : read;
  } catch {
    return { outcome: "unknown", reason: "unreachable" }; // whatever the network did says nothing of the key
  }
}
