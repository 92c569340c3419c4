import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { resumePoolKey } from "../pool";
import type { ContributionView } from "./contribution";
import { getContribution } from "./get-contribution";
import { requireOwn } from "./require-own";
import { setAdvance } from "./set-advance";

/** Put a paused contribution's key back to use. Errors: `not_found`; `state_conflict` for one that isn't paused. */
export async function resumeContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId, walletId } = await requireOwn(tx, input);
  await resumePoolKey(tx, ctx, { poolKeyId });
  await setAdvance(tx, ctx, [walletId]);
  return getContribution(tx, ctx, input);
}
