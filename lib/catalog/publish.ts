import { type Ctx, describeActor } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { assert, ScripError } from "../errors";
import { type Card, type CardVersion, writeCard } from "./card";
import {
  findModel,
  insertCard,
  insertCards,
  insertModels,
  type NewVersion,
  saveChannel,
  saveModel,
} from "./catalog.store";
import { cardAt, type Channel, type Model, type ModelWithCards } from "./model";

export type PublishCard = { modelId: string; kind: CardVersion["kind"]; card: Card; effectiveFromMs?: number };
export type PublishCardOutcome = { outcome: "published" | "unchanged"; version: CardVersion };

/**
 * Publish a card as a new immutable version that holds from `effectiveFromMs`, by default from now on.
 *
 * A time before the version in force counts as that one's: the new version takes over at once, and what was charged
 * stays. Where the same card would hold at that time anyway nothing is published.
 *
 * Errors: `not_found` where there is no such model.
 */
export async function publishCard(tx: Tx, ctx: Ctx, input: PublishCard): Promise<PublishCardOutcome> {
  const model = await findModel(tx, input.modelId);
  if (!model) throw new ScripError("not_found", `There is no model ${input.modelId}.`);
  const versions = input.kind === "price" ? model.prices : model.costs;
  const inForce = cardAt(versions, ctx.nowMs);
  const effectiveFromMs = Math.max(input.effectiveFromMs ?? ctx.nowMs, inForce?.effectiveFromMs ?? -Infinity);
  const replaced = cardAt(versions, effectiveFromMs);
  const body = writeCard(input.card);
  if (replaced && writeCard(replaced.card) === body) return { outcome: "unchanged", version: replaced };
  const version = await insertCard(tx, {
    modelId: input.modelId,
    kind: input.kind,
    version: Math.max(0, ...versions.map((earlier) => earlier.version)) + 1,
    effectiveFromMs,
    body,
    createdBy: describeActor(ctx.actor),
  });
  await bumpConfig(tx, "catalog");
  return { outcome: "published", version };
}

/** A model as it is to become. A card that is left out stays as it is. */
export type PutModel = { model: Model; price?: Card; cost?: Card; effectiveFromMs?: number };

/**
 * Create or replace a model and publish its cards, each as a new version where it differs from what holds.
 *
 * Returns the model with all versions of its cards. Gateways know of it in under a second.
 */
export async function putModel(tx: Tx, ctx: Ctx, input: PutModel): Promise<ModelWithCards> {
  const { model, effectiveFromMs } = input;
  await saveModel(tx, model, ctx.nowMs);
  const cards: [CardVersion["kind"], Card | undefined][] = [
    ["price", input.price],
    ["cost", input.cost],
  ];
  for (const [kind, card] of cards) {
    if (card) await publishCard(tx, ctx, { modelId: model.id, kind, card, effectiveFromMs });
  }
  await bumpConfig(tx, "catalog");
  const saved = await findModel(tx, model.id);
  assert(saved, `the model ${model.id} was saved and isn't there`);
  return saved;
}

/** Create or replace a channel. Gateways know of it in under a second. */
export async function putChannel(tx: Tx, ctx: Ctx, channel: Channel): Promise<void> {
  await saveChannel(tx, channel, ctx.nowMs);
  await bumpConfig(tx, "catalog");
}

/** A card and the time from which it holds. */
export type DatedCard = { card: Card; effectiveFromMs: number };
/** A model with the versions of its cards, the earliest first. */
export type NewModel = { model: Model; prices: readonly DatedCard[]; costs: readonly DatedCard[] };

function versionsOf(ctx: Ctx, { model, prices, costs }: NewModel): NewVersion[] {
  const versions = (kind: CardVersion["kind"], cards: readonly DatedCard[]): NewVersion[] =>
    cards.map(({ card, effectiveFromMs }, index) => ({
      modelId: model.id,
      kind,
      version: index + 1,
      effectiveFromMs,
      body: writeCard(card),
      createdBy: describeActor(ctx.actor),
    }));
  return [...versions("price", prices), ...versions("cost", costs)];
}

/**
 * Add many models at once, each with dated versions of its cards. One whose name is taken is left as it is.
 *
 * Returns the names that were added.
 */
export async function addModels(tx: Tx, ctx: Ctx, models: readonly NewModel[]): Promise<Set<string>> {
  const added = await insertModels(
    tx,
    models.map(({ model }) => model),
    ctx.nowMs,
  );
  const versions = models.filter(({ model }) => added.has(model.id)).flatMap((each) => versionsOf(ctx, each));
  await insertCards(tx, versions);
  await bumpConfig(tx, "catalog");
  return added;
}
