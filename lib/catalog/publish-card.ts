import { describeActor, type Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Card, CardVersion } from "./card";
import { findModel, insertCard } from "./catalog.store";
import { cardAt } from "./catalogue";
import { ScripError } from "../errors";
import { writeCard } from "./write-card";

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
