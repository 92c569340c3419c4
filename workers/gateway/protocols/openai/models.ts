import { type CardVersion, cardJson, type ModelWithCards } from "../../../../lib/catalog";

const CREATED_S = 1_700_000_000;

/** A model as OpenAI lists one, with its prices in credits and whether it can be served now. */
export const one = (model: ModelWithCards, price: CardVersion, available: boolean): object => ({
  id: model.id,
  object: "model",
  created: CREATED_S,
  owned_by: model.provider,
  scrip: {
    available,
    prices: cardJson(price.card),
    context: model.contextTokens,
    capabilities: model.capabilities,
  },
});

export const list = (models: readonly object[]): object => ({ object: "list", data: models });
