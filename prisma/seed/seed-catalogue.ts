import {
  addModels,
  channelFromBody,
  ChannelBody,
  listChannels,
  modelFromBody,
  ModelBody,
  parseCard,
  PROVIDERS,
  putChannel,
  type NewModel,
} from "../../lib/catalog";
import type { Ctx } from "../../lib/ctx";
import type { Tx } from "../../lib/db";
import { costCard } from "./cost-card";
import { DEMO_CHARGE_UNIT, DEMO_MODELS } from "./demo-models";
import { priceCard } from "./price-card";
import { readPriceRows, type PriceRow } from "./price-row";

/** The moment from which an undated price holds. */
const EVER_MS = 0;
/** A supplier of one's own has no address to begin with, so it gets no channel. */
const CHANNELS = PROVIDERS.filter((provider) => provider !== "openai-compatible");

function demoModels(): NewModel[] {
  return Object.entries(DEMO_MODELS).map(([id, { price, cost, ...body }]) => ({
    model: modelFromBody(id, ModelBody.parse(body)).model,
    prices: [{ card: parseCard({ ...price, chargeUnit: DEMO_CHARGE_UNIT }), effectiveFromMs: EVER_MS }],
    costs: [{ card: parseCard(cost), effectiveFromMs: EVER_MS }],
  }));
}

function listedModel(row: PriceRow, rows: readonly PriceRow[]): NewModel {
  const body = ModelBody.parse({
    provider: row.provider,
    upstream_model: row.model,
    capabilities: row.capabilities,
    context_tokens: row.contextTokens,
  });
  const costs = rows.map((dated) => ({
    card: parseCard(costCard(dated)),
    effectiveFromMs: dated.from === null ? EVER_MS : Date.parse(dated.from),
  }));
  const prices = costs.map(({ card, effectiveFromMs }) => ({ card: priceCard(card), effectiveFromMs }));
  return { model: modelFromBody(row.model, body).model, prices, costs };
}

/** Models of the suppliers' lists; the rows of a model are its dated prices. */
function listedModels(): NewModel[] {
  const rows = readPriceRows();
  const firsts = rows.filter((row, index) => rows.findIndex(({ model }) => model === row.model) === index);
  return firsts.map((first) => listedModel(first, rows.filter(({ model }) => model === first.model)));
}

/**
 * Fill an empty catalogue: the models with prices by hand, those of the suppliers' price lists with derived prices, and
 * a channel without keys for each provider. What is there already, by name, stays as it is.
 */
export async function seedCatalogue(tx: Tx, ctx: Ctx): Promise<void> {
  await addModels(tx, ctx, [...demoModels(), ...listedModels()]);
  const taken = new Set((await listChannels(tx)).map(({ id }) => id));
  for (const provider of CHANNELS.filter((id) => !taken.has(id))) {
    await putChannel(tx, ctx, channelFromBody(provider, ChannelBody.parse({ provider })));
  }
}
