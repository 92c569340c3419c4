import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { type ContributionView, viewContribution } from "./contribution";
import { findKeyFacts, listByUser } from "./contribution.store";

/** An account's contributions, newest first, those after the one named `before` and at most `limit`. */
export async function listContributions(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; limit: number; before: Uuid | null },
): Promise<ContributionView[]> {
  const contributions = await listByUser(reader, input.userId, input);
  const facts = await findKeyFacts(
    reader,
    contributions.map(({ poolKeyId }) => poolKeyId),
  );
  return contributions.map((contribution) => {
    const key = facts.get(contribution.poolKeyId);
    assert(key, `contribution ${contribution.id} has a key`);
    return viewContribution(contribution, key, ctx.nowMs);
  });
}
