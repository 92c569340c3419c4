import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { assert } from "../errors";
import type { Card, CardVersion } from "./card";
import { findModel, saveModel } from "./catalog.store";
import type { Model, ModelWithCards } from "./model";
import { publishCard } from "./publish-card";

/** A model as it shall be. A card that is left out stays as it is. */
export type PutModel = { model: Model; price?: Card; cost?: Card; effectiveFromMs?: number };

/**
 * Make or replace a model and publish its cards, each as a new version where it differs from what holds.
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
