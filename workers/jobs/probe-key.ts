import type { CardVersion } from "../../lib/catalog";
import { sharedGuardedClient, type SmallAnswer } from "../../lib/http";
import { costFor } from "../../lib/usage";
import type { Nanos } from "../../lib/money";
import type { KeyToProbe, Probe } from "../../lib/pool";
import { NO_FACTS } from "../../lib/pricing";
import { type Adapter, findAdapter, supplierAddress } from "../../lib/providers";
import { nowMs } from "../../lib/time";
import type { KeyCheck, KeyCheckCall } from "../../lib/providers";

/** Where providers are, and a model of each that a probe may call. */
export type ProbeSettings = {
  baseUrls: ReadonlyMap<string, string>;
  /** Whether a channel's own address may lead into a private network. */
  privateUpstreams: boolean;
  /** The model that a paid probe of a key asks; null where we sell none that it serves. */
  modelFor(key: KeyToProbe): ProbeModel | null;
};
/** A model by our id and by its provider's name, with the cost card in force. */
export type ProbeModel = { id: string; upstreamModel: string; cost?: CardVersion | null };

const LIMITS = { timeoutMs: 10_000, bytesMax: 64 * 1_024 } as const;

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

/** The supplier's name of the model that a paid probe asks. */
function modelToAsk(key: KeyToProbe, settings: ProbeSettings): string | null {
  const model = settings.modelFor(key);
  return (model && (key.models?.get(model.id) ?? model.upstreamModel)) || null;
}

/** What a paid probe cost, by the cost card in force and the channel's factor. Units: nanodollars. Rounding: up. */
function costOfProbe(check: KeyCheck, answer: SmallAnswer, key: KeyToProbe, settings: ProbeSettings): Nanos {
  const { input, output } = check.tokensOf(answer.body);
  const usage = { meters: { input_tokens: input, output_tokens: output }, kinds: {} };
  const card = settings.modelFor(key)?.cost ?? null;
  return costFor({ card, facts: { ...NO_FACTS, arrivedMs: nowMs() }, costFactor: key.costFactor }, usage).costNanos;
}

/**
 * Probe a key with its provider: a reading call first, which costs nothing; for a key that had no money or that an advance
 * rests on, or where reading says nothing, the smallest paid one. What that costs is the caller's to book.
 *
 * Never throws for what the provider does or doesn't do: that is `unknown`, and probed again. Errors and results
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
  const check = adapter?.keyCheck;
  if (!check || !address) return { outcome: "unknown", reason: "no_address" };
  const secret = key.secret.reveal();
  const ask = (call: KeyCheckCall): Promise<SmallAnswer> => {
    const headers = { ...adapter.authHeaders(secret), ...(call.body && { "content-type": "application/json" }) };
    return sharedGuardedClient().ask(address, { ...call, headers }, LIMITS);
  };
  try {
    const read = judge(adapter, await ask(check.read(secret)));
    const isPaid = key.state === "depleted" || key.isUnderAdvance || read.outcome !== "valid";
    const model = isPaid && read.outcome !== "invalid" ? modelToAsk(key, settings) : null;
    if (model === null) return read;
    // The smallest request that costs something: it tells an account without money from one with some.
    const first = await ask(check.pay(secret, model));
    const otherwise = check.payOtherwise(secret, model, first);
    const answer = otherwise ? await ask(otherwise) : first;
    const paid: Probe = check.hasRun(answer) ? { outcome: "valid" } : judge(adapter, answer);
    return paid.outcome === "valid" ? { ...paid, costNanos: costOfProbe(check, answer, key, settings) } : paid;
  } catch {
    return { outcome: "unknown", reason: "unreachable" }; // whatever the network did says nothing of the key
  }
}
