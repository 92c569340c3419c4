export {
  type BillField,
  type Card,
  type CardField,
  type CardHours,
  cardJson,
  type CardRate,
  type CardTable,
  type CardTier,
  type CardVersion,
  fieldText,
  type FieldValue,
  INPUT_KINDS,
  type Meter,
  OUTPUT_KINDS,
  type TokenKind,
  writeCard,
} from "./card";
export {
  findCards,
  findChannel,
  findModel,
  listChannels,
  listModels,
  loadCatalogue,
  readableCards,
} from "./catalog.store";
export {
  cardAt,
  type Catalogue,
  type Channel,
  costCardAt,
  isFor,
  type Model,
  modelOf,
  modelsWithOldCosts,
  type ModelWithCards,
  priceCardAt,
} from "./model";
export { channelFromBody, channelJson, modelFromBody, modelJson } from "./model-json";
export { addModels, type NewModel, publishCard, putChannel, putModel } from "./publish";
export { CardBody, ChannelBody, ModelBody, ModelId, parseCard, type Provider, PROVIDERS } from "./schemas";
