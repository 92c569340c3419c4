import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { pausePoolKey } from "../pool";
import type { ContributionView } from "./contribution";
import { getContribution } from "./get-contribution";
import { requireOwn } from "./require-own";
import { setAdvance } from "./set-advance";

/**
 * Take a contribution's key out of use until its owner resumes it. What is under way ends, and vests; nothing can be spent in
 * advance on it meanwhile.
 *
 * Errors: `not_found`; `state_conflict` for one whose key isn't in use.
 */
export async function pauseContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId, walletId } = await requireOwn(tx, input);
  await pausePoolKey(tx, ctx, { poolKeyId });
  await setAdvance(tx, ctx, [walletId]);
  return getContribution(tx, ctx, input);
}
