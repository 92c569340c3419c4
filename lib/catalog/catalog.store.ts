import { createHash } from "node:crypto";
import type { Database, Tx } from "../db";
import { Prisma, queries } from "../db/models";
import { assert, ScripError } from "../errors";
import { type Decimal, formatDecimal, storedDecimal } from "../money";
import { toIso } from "../time";
import type { CardVersion } from "./card";
import type { Catalogue, Channel, CountPrice, Model, ModelWithCards } from "./model";
import { CountPrice as StoredCountPrice, OwnModelNames, parseCard } from "./schemas";

const toText = ({ digits, scale }: Decimal): string => formatDecimal(digits, scale);

const fromText = (text: string): Decimal => storedDecimal(text, "a channel's factor");

type ModelRow = Prisma.modelGetPayload<object>;
type CardRow = Pick<Prisma.cardGetPayload<object>, "id" | "modelId" | "kind" | "version" | "body" | "effectiveFrom">;
type ChannelRow = Prisma.channelGetPayload<object>;

function toCountPrice(stored: unknown): CountPrice | null {
  if (stored === null) return null;
  const { credits, weight, max_tokens_in, max_tokens_out } = StoredCountPrice.parse(stored);
  return { credits, weight: weight ?? null, maxTokensIn: max_tokens_in, maxTokensOut: max_tokens_out };
}

function toModel(row: ModelRow): Model {
  const { createdAt: _created, updatedAt: _updated, countPrice, ...rest } = row;
  return { ...rest, countPrice: toCountPrice(countPrice) };
}

function toVersion({ id, modelId, kind, version, body, effectiveFrom }: CardRow): CardVersion {
  assert(kind === "price" || kind === "cost", `a stored card is of the kind ${kind}`);
  return { id, modelId, kind, version, effectiveFromMs: effectiveFrom.getTime(), card: parseCard(JSON.parse(body)) };
}

function toChannel(row: ChannelRow): Channel {
  const { createdAt: _created, updatedAt: _updated, discount, costFactor, models, ...rest } = row;
  return {
    ...rest,
    discount: fromText(discount),
    costFactor: fromText(costFactor),
    models: models === null ? null : OwnModelNames.parse(models),
  };
}

function withCards(model: Model, versions: readonly CardVersion[]): ModelWithCards {
  const of = (kind: CardVersion["kind"]): CardVersion[] => versions.filter((version) => version.kind === kind);
  return { ...model, prices: of("price"), costs: of("cost") };
}

const EARLIEST_FIRST = [{ effectiveFrom: "asc" }, { version: "asc" }] satisfies Prisma.cardOrderByWithRelationInput[];
const WITH_CARDS = { cards: { orderBy: EARLIEST_FIRST } } satisfies Prisma.modelInclude;

function toModelWithCards({ cards, ...row }: ModelRow & { cards: CardRow[] }): ModelWithCards {
  return withCards(toModel(row), cards.map(toVersion));
}

/** A model with all versions of its cards, switched off or not; `null` where there is none of that name. */
export async function findModel(reader: Tx, id: string): Promise<ModelWithCards | null> {
  const row = await queries(reader).model.findUnique({ where: { id }, include: WITH_CARDS });
  return row && toModelWithCards(row);
}

/** Models by name with all versions of their cards, those after `after` and at most `limit`, switched off or not. */
export async function listModels(reader: Tx, page: { after?: string; limit: number }): Promise<ModelWithCards[]> {
  const where = page.after === undefined ? {} : { id: { gt: page.after } };
  const rows = await queries(reader).model.findMany({
    where,
    orderBy: { id: "asc" },
    take: page.limit,
    include: WITH_CARDS,
  });
  return rows.map(toModelWithCards);
}

/** Card versions by id, for records that name the card they were rated with. */
export async function findCards(reader: Tx, ids: readonly bigint[]): Promise<Map<bigint, CardVersion>> {
  const rows = await queries(reader).card.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, toVersion(row)]));
}

/** A channel, switched off or not; `null` where there is none of that name. */
export async function findChannel(reader: Tx, id: string): Promise<Channel | null> {
  const row = await queries(reader).channel.findUnique({ where: { id } });
  return row && toChannel(row);
}

/** All channels by name, switched off or not. */
export async function listChannels(reader: Tx): Promise<Channel[]> {
  return (await queries(reader).channel.findMany({ orderBy: { id: "asc" } })).map(toChannel);
}

/** Every model with the card versions that hold at `nowMs` or later. */
async function readModels(reader: Tx, nowMs: number): Promise<ModelWithCards[]> {
  const models = await queries(reader).model.findMany({ orderBy: { id: "asc" } });
  const cards = await queries(reader).$queryRaw<CardRow[]>`
    select id, model_id as "modelId", kind, version, body, effective_from as "effectiveFrom"
    from public.card present
    where effective_from >= coalesce(
      (select max(effective_from) from public.card earlier
       where earlier.model_id = present.model_id and earlier.kind = present.kind
         and earlier.effective_from <= ${toIso(nowMs)}::timestamptz),
      '-infinity')
    order by model_id, kind, effective_from, version`;
  const versions = cards.map(toVersion);
  return models.map((row) =>
    withCards(
      toModel(row),
      versions.filter((version) => version.modelId === row.id),
    ),
  );
}

function toModelRow({ id, countPrice: price, ...rest }: Model, nowMs: number) {
  const countPrice = price
    ? {
        credits: toText(price.credits),
        ...(price.weight === null ? {} : { weight: price.weight }),
        max_tokens_in: price.maxTokensIn,
        max_tokens_out: price.maxTokensOut,
      }
    : Prisma.DbNull;
  return { id, ...rest, countPrice, updatedAt: toIso(nowMs) };
}

/** Create or replace a model; its row stays locked until the transaction ends, so that one publishes at a time. */
export async function saveModel(tx: Tx, model: Model, nowMs: number): Promise<void> {
  const { id, ...row } = toModelRow(model, nowMs);
  await queries(tx).model.upsert({ where: { id }, create: { id, ...row }, update: row });
}

/** Create those models that do not exist yet, and return their ids. */
export async function insertModels(tx: Tx, models: readonly Model[], nowMs: number): Promise<Set<string>> {
  const data = models.map((model) => toModelRow(model, nowMs));
  const created = await queries(tx).model.createManyAndReturn({ data, skipDuplicates: true, select: { id: true } });
  return new Set(created.map(({ id }) => id));
}

/** A version to be added: the card as its text. */
export type NewVersion = Omit<CardVersion, "id" | "card"> & { body: string; createdBy: string };

function toCardRow({ effectiveFromMs, body, ...row }: NewVersion) {
  const sha256 = createHash("sha256").update(body).digest();
  return { ...row, body, sha256, effectiveFrom: toIso(effectiveFromMs) };
}

/** Add a version of a card; it can never be changed. Returns it with its id. */
export async function insertCard(tx: Tx, version: NewVersion): Promise<CardVersion> {
  return toVersion(await queries(tx).card.create({ data: toCardRow(version) }));
}

/** Add many versions at once. */
export async function insertCards(tx: Tx, versions: readonly NewVersion[]): Promise<void> {
  await queries(tx).card.createMany({ data: versions.map(toCardRow) });
}

/** Create or replace a channel. */
export async function saveChannel(tx: Tx, channel: Channel, nowMs: number): Promise<void> {
  const { id, discount, costFactor, models, ...rest } = channel;
  const row = {
    ...rest,
    discount: toText(discount),
    costFactor: toText(costFactor),
    models: models ?? Prisma.DbNull,
    updatedAt: toIso(nowMs),
  };
  await queries(tx).channel.upsert({ where: { id }, create: { id, ...row }, update: row });
}

/** Everything a gateway keeps of the catalogue: models with the card versions that hold at `nowMs` or later, channels. */
export async function loadCatalogue(reader: Tx, nowMs: number): Promise<Catalogue> {
  const models = await readModels(reader, nowMs);
  const channels = await listChannels(reader);
  return {
    models: new Map(models.map((model) => [model.id, model])),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
  };
}

/** Cards by their ids. An unreadable one is left out: the invariant on cards reports it. */
export async function readableCards(database: Database, ids: Iterable<bigint>): Promise<Map<bigint, CardVersion>> {
  const cards = new Map<bigint, CardVersion>();
  for (const id of new Set(ids)) {
    const found = await findCards(database.reader, [id]).catch((error: unknown) => {
      if (error instanceof ScripError || error instanceof SyntaxError) return new Map<bigint, CardVersion>();
      throw error;
    });
    for (const [key, version] of found) cards.set(key, version);
  }
  return cards;
}
