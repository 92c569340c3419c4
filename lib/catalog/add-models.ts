import { describeActor, type Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Card, CardVersion } from "./card";
import { insertCards, insertModels, type NewVersion } from "./catalog.store";
import type { Model } from "./model";
import { writeCard } from "./write-card";

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
