import { type Card, type CardVersion, type ModelWithCards, priceCardAt } from "@/lib/catalog";
import { nowMs } from "@/lib/time";
import { leastOfTable, type ModelView, type Price, priceOf, rateOf } from "../_components/model-view";
import { readConfig } from "./config";
import { exampleCharge } from "./examples";

const THOUSAND = 1_000n;
const MILLION = 1_000_000n;
const MINUTE_S = 60n;

/** A model that can be called, with the card that holds now. */
export type PricedModel = { model: ModelWithCards; price: CardVersion; isAvailable: boolean };

/** Models that can be served now come first, of them those that were given a name; the rest follow by supplier. */
function inOrder({ model: one, isAvailable: isOne }: PricedModel, { model: other, isAvailable: isOther }: PricedModel) {
  const isNamed = ({ id, displayName }: ModelWithCards): number => Number(displayName !== id);
  const order = Number(isOther) - Number(isOne) || isNamed(other) - isNamed(one);
  return order || one.provider.localeCompare(other.provider, "en") || one.id.localeCompare(other.id, "en");
}

/** The models that can be called, in the order in which they are shown. */
export async function readPricedModels(): Promise<PricedModel[]> {
  const now = nowMs();
  const { catalogue, available } = await readConfig();
  const priced = [...catalogue.models.values()].flatMap((model) => {
    const price = model.enabled ? priceCardAt(model, now) : null;
    return price ? [{ model, price, isAvailable: available.has(model.id) }] : [];
  });
  return priced.toSorted(inOrder);
}

/** The model of that name where it can be called, or `null`. */
export async function readPricedModel(id: string): Promise<PricedModel | null> {
  const { catalogue, available } = await readConfig();
  const model = catalogue.models.get(id);
  const price = model?.enabled ? priceCardAt(model, nowMs()) : null;
  return model && price ? { model, price, isAvailable: available.has(id) } : null;
}

function tokenPrice(card: Card, meter: "input_tokens" | "output_tokens"): ModelView["input"] {
  const rate = card.table ? undefined : rateOf(card, meter);
  return rate ? { thousand: priceOf(rate, THOUSAND), million: priceOf(rate, MILLION) } : null;
}

/** The other things that a card counts, each by what people count it in. */
function otherPrices(card: Card): Price[] {
  const least = leastOfTable(card);
  if (least !== null) return [{ unit: "settings", amount: least }];
  return card.rates
    .filter(({ meter }) => meter !== "input_tokens" && meter !== "output_tokens")
    .map((rate) => {
      if (rate.meter === "seconds") return { unit: "minute", amount: priceOf(rate, MINUTE_S) };
      if (rate.meter === "characters") return { unit: "characters", amount: priceOf(rate, THOUSAND) };
      return { unit: rate.meter, amount: priceOf(rate, 1n) };
    });
}

/** When the price changes next, as far as it is known. */
const nextChangeMs = (model: ModelWithCards, now: number): number | null =>
  model.prices.reduce<number | null>(
    (next, { effectiveFromMs: ms }) => (ms > now && (next === null || ms < next) ? ms : next),
    null,
  );

/** A model as the catalogue shows it: prices in credits, nothing of suppliers. */
export function toModelView({ model, price, isAvailable }: PricedModel): ModelView {
  const { card } = price;
  return {
    id: model.id,
    name: model.displayName,
    provider: model.provider,
    isAvailable,
    capabilities: model.capabilities,
    contextTokens: model.contextTokens,
    input: tokenPrice(card, "input_tokens"),
    output: tokenPrice(card, "output_tokens"),
    others: otherPrices(card),
    exampleMicros: exampleCharge(card)?.chargeMicros ?? null,
    changesMs: nextChangeMs(model, nowMs()),
  };
}
