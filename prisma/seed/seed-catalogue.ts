import {
  channelFromBody,
  ChannelBody,
  findChannel,
  findModel,
  modelFromBody,
  ModelBody,
  PROVIDERS,
  publishCard,
  putChannel,
  putModel,
} from "../../lib/catalog";
import type { Ctx } from "../../lib/ctx";
import type { Tx } from "../../lib/db";
import { costCard } from "./cost-card";
import { DEMO_CHARGE_UNIT, DEMO_MODELS } from "./demo-models";
import { cardsFrom } from "./price-card";
import { readPriceRows, type PriceRow } from "./price-row";

/** The moment from which an undated price holds. */
const EVER_MS = 0;
/** A supplier of one's own has no address to begin with, so it gets no channel. */
const CHANNELS = PROVIDERS.filter((provider) => provider !== "openai-compatible");

const fromOf = (row: PriceRow): number => (row.from === null ? EVER_MS : Date.parse(row.from));

async function seedDemoModels(tx: Tx, ctx: Ctx): Promise<void> {
  for (const [id, body] of Object.entries(DEMO_MODELS)) {
    if (await findModel(tx, id)) continue;
    const price = { ...body.price, chargeUnit: DEMO_CHARGE_UNIT };
    await putModel(tx, ctx, { ...modelFromBody(id, ModelBody.parse({ ...body, price })), effectiveFromMs: EVER_MS });
  }
}

async function seedModel(tx: Tx, ctx: Ctx, id: string, rows: readonly PriceRow[]): Promise<void> {
  const [first, ...later] = rows;
  if (!first || (await findModel(tx, id))) return;
  const body = ModelBody.parse({
    provider: first.provider,
    upstream_model: id,
    capabilities: [first.capability],
    context_tokens: first.contextTokens,
  });
  await putModel(tx, ctx, { ...modelFromBody(id, body), ...cardsFrom(costCard(first)), effectiveFromMs: fromOf(first) });
  for (const row of later) {
    const { price, cost } = cardsFrom(costCard(row));
    await publishCard(tx, ctx, { modelId: id, kind: "price", card: price, effectiveFromMs: fromOf(row) });
    await publishCard(tx, ctx, { modelId: id, kind: "cost", card: cost, effectiveFromMs: fromOf(row) });
  }
}

async function seedChannels(tx: Tx, ctx: Ctx): Promise<void> {
  for (const provider of CHANNELS) {
    if (await findChannel(tx, provider)) continue;
    await putChannel(tx, ctx, channelFromBody(provider, ChannelBody.parse({ provider })));
  }
}

/**
 * Fill an empty catalogue: the models with prices by hand, those of the suppliers' price lists with derived prices, and
 * a channel without keys for each provider. What is there already, by name, stays as it is.
 */
export async function seedCatalogue(tx: Tx, ctx: Ctx): Promise<void> {
  await seedDemoModels(tx, ctx);
  const rows = readPriceRows();
  for (const id of new Set(rows.map(({ model }) => model))) {
    await seedModel(tx, ctx, id, rows.filter(({ model }) => model === id));
  }
  await seedChannels(tx, ctx);
}
