import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { assert } from "../errors";
import { type ContributionView, viewContribution } from "./contribution";
import { findKeyFacts } from "./contribution.store";
import { requireOwn } from "./require-own";

/** One contribution of an account. Errors: `not_found` for another's too. */
export async function getContribution(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const contribution = await requireOwn(reader, input);
  const facts = (await findKeyFacts(reader, [contribution.poolKeyId])).get(contribution.poolKeyId);
  assert(facts, `contribution ${contribution.id} has a key`);
  return viewContribution(contribution, facts, ctx.nowMs);
}
