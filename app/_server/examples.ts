import { type Card, priceCardAt } from "@/lib/catalog";
import { policyOf, referenceOf, type Valuation, valueQuota } from "@/lib/contributions";
import { ScripError } from "@/lib/errors";
import { type Micros, nanos, NANOS_PER_USD } from "@/lib/money";
import { type ChargeLine, chargeOf, rate, type RequestFacts, type Usage } from "@/lib/pricing";
import type { Settings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { readConfig } from "./config";

const FAMILIAR = "gpt-4";

/** A model that examples can call: of those that can be served now, else of those with a price, the familiar one or the first. */
export async function readExampleModel(): Promise<string> {
  const now = nowMs();
  const { catalogue, available } = await readConfig();
  const callable = [...catalogue.models.values()]
    .filter((model) => model.enabled && priceCardAt(model, now) !== null)
    .map(({ id }) => id);
  const served = callable.filter((id) => available.has(id));
  const models = served.length > 0 ? served : callable;
  return models.includes(FAMILIAR) ? FAMILIAR : (models[0] ?? FAMILIAR);
}

/** What a request that everybody can picture uses. Units: tokens, seconds, characters. */
const EXAMPLE = { inputTokens: 1_000, outputTokens: 500, seconds: 60, characters: 1_000 } as const;

/** The charge for an example of a request, and how it came about. */
export type ExampleCharge = { chargeMicros: Micros; lines: ChargeLine[] };

const USAGE: Usage = {
  meters: {
    requests: 1,
    input_tokens: EXAMPLE.inputTokens,
    output_tokens: EXAMPLE.outputTokens,
    seconds: EXAMPLE.seconds,
    megapixels: 1,
    images: 1,
    characters: EXAMPLE.characters,
  },
  kinds: {},
};

/** A body that holds values at dotted paths. */
function bodyOf(match: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(match)) {
    const names = path.split(".");
    const last = names.pop() ?? path;
    let place = body;
    for (const name of names) {
      const inner: Record<string, unknown> = {};
      place[name] = inner;
      place = inner;
    }
    place[last] = value;
  }
  return body;
}

const factsOf = (card: Card): RequestFacts => {
  const [first] = card.table?.rows ?? [];
  return { body: first ? bodyOf({ ...card.table?.defaults, ...first.match }) : {}, headers: {}, arrivedMs: nowMs() };
};

/**
 * What an ordinary request costs by a card: 1,000 tokens in and 500 out, a minute, an image, or the first row of a table.
 *
 * `null` where the card has no price for it. Rounding: as every charge, up to the card's unit, once.
 */
export function exampleCharge(card: Card): ExampleCharge | null {
  const rated = rate(card, USAGE, factsOf(card));
  return rated.outcome === "rated" ? chargeOf(rated, [], card.chargeUnit) : null;
}

const QUOTA = nanos(500n * NANOS_PER_USD);

/** What a key would be worth, and by which fee. */
export type ExampleContribution = Valuation & { fee: Settings["contribution_fee"] };

/**
 * What a quote would say now of a key with USD 500 on it, of the provider whose model the examples call; `null` where there
 * would be no quote.
 */
export async function readExampleContribution(): Promise<ExampleContribution | null> {
  const [{ catalogue, settings }, example] = await Promise.all([readConfig(), readExampleModel()]);
  const { models, channels } = catalogue;
  const fee = settings.contribution_fee;
  try {
    const policy = policyOf([...channels.values()], settings, models.get(example)?.provider ?? "");
    const model = policy.referenceModel === null ? null : (models.get(policy.referenceModel) ?? null);
    return { ...valueQuota(QUOTA, referenceOf(policy, model, nowMs()), fee), fee };
  } catch (error) {
    if (error instanceof ScripError && error.code === "provider_not_allowed") return null;
    throw error;
  }
}
