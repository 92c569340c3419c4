import { Agent, request } from "undici";
import { namesPrivateAddress, publicLookup } from "../../lib/http";
import type { KeyToProbe, Probe } from "../../lib/pool";
import { type Adapter, findAdapter, resolveBaseUrl } from "../../lib/providers";
import { nowMs } from "../../lib/time";

/** Where providers are, and a model of each that a look may ask. */
export type ProbeSettings = {
  baseUrls: ReadonlyMap<string, string>;
  /** Whether a channel's own address may lead into a private network. */
  privateUpstreams: boolean;
  /** A supplier's name of some model that we sell of a provider, and ours of the same; null where we sell none. */
  modelOf(provider: string): { id: string; upstreamModel: string } | null;
};

const TIMEOUT_MS = 10_000;
const BODY_MAX = 64 * 1_024;
const ANYWHERE = new Agent();
const PUBLIC = new Agent({ connect: { lookup: publicLookup } });

type Call = { method: "GET" | "POST"; path: string; body?: string };
type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

type Place = { origin: string; dispatcher: Agent };

async function ask(
  { origin, dispatcher }: Place,
  headers: Readonly<Record<string, string>>,
  call: Call,
): Promise<Answer> {
  const reply = await request(origin + call.path, {
    dispatcher,
    method: call.method,
    headers: { ...headers, ...(call.body && { "content-type": "application/json" }) },
    body: call.body ?? null,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of reply.body) {
    const bytes = Buffer.from(part as Uint8Array); // undici's bodies are made of buffers
    size += bytes.length;
    if (size <= BODY_MAX) parts.push(bytes);
  }
  return { status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts).toString("utf8") };
}

function judge(adapter: Adapter, answer: Answer): Probe {
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
  const origin = adapter && resolveBaseUrl(adapter, key.baseUrl, settings.baseUrls);
  if (!adapter?.openAi || !origin) return { outcome: "unknown", reason: "no_address" };
  const isGuarded = key.baseUrl !== null && !settings.privateUpstreams;
  if (isGuarded && namesPrivateAddress(new URL(origin))) return { outcome: "unknown", reason: "no_address" };
  const place = { origin, dispatcher: isGuarded ? PUBLIC : ANYWHERE };
  const secret = key.secret.reveal();
  const path = adapter.openAi.path(secret);
  const headers = adapter.authHeaders(secret);
  try {
    const read = judge(adapter, await ask(place, headers, { method: "GET", path: `${path}/models` }));
    const isEnough = read.outcome === "invalid" || (read.outcome === "valid" && key.state !== "depleted");
    const paid = isEnough ? null : paidCall(adapter, key, settings, path);
    return paid ? judge(adapter, await ask(place, headers, paid)) : read;
  } catch {
    return { outcome: "unknown", reason: "unreachable" }; // whatever the network did says nothing of the key
  }
}
