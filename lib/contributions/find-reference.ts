import { costCardAt, findModel, priceCardAt, type Card, type ModelWithCards } from "../catalog";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { NO_FACTS, rate, ratioOf, type Ratio } from "../pricing";
import type { Policy } from "./find-policy";
import type { ReferenceRequest } from "./value-quota";

const REFERENCE_USAGE = { meters: { input_tokens: 500, output_tokens: 500 }, kinds: {} };

/** A provider's reference request, and the supplier's name of its model, which a validation asks. */
export type Reference = ReferenceRequest & { upstreamModel: string };

function rateReference(card: Card | undefined): Ratio | null {
  const rating = card && rate(card, REFERENCE_USAGE, NO_FACTS);
  return rating?.outcome === "rated" && rating.total.num > 0n ? rating.total : null;
}

/**
 * Price and cost of a provider's reference request: 500 tokens in and 500 out of this model, its reference, under the
 * cards in force, without any discount, at the cost of the channel that its keys join.
 *
 * Units: credits, US dollars. Rounding: none. Errors: `provider_not_allowed` where that model has no price or no cost.
 */
export function referenceOf({ adapter, channel }: Policy, model: ModelWithCards | null, nowMs: number): Reference {
  const price = model && rateReference(priceCardAt(model, nowMs)?.card);
  const cost = model && rateReference(costCardAt(model, nowMs)?.card);
  const factor = ratioOf(channel.costFactor);
  if (!model?.enabled || model.provider !== adapter.id || !price || !cost || factor.num <= 0n) {
    throw new ScripError(
      "provider_not_allowed",
      `Keys of ${adapter.id} can't be valued: an admin has to name a model with a price and a cost as its reference.`,
    );
  }
  const upstreamModel = channel.models?.[model.id] ?? model.upstreamModel;
  return { price, cost: { num: cost.num * factor.num, den: cost.den * factor.den }, upstreamModel };
}

/** The reference request of a provider's terms as of now. Errors: as `referenceOf`. */
export async function findReference(reader: Tx, ctx: Pick<Ctx, "nowMs">, policy: Policy): Promise<Reference> {
  const model = policy.referenceModel === null ? null : await findModel(reader, policy.referenceModel);
  return referenceOf(policy, model, ctx.nowMs);
}
