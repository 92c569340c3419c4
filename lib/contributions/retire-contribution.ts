import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { ContributionView } from "./contribution";
import { endContribution } from "./end-contribution";
import { getContribution } from "./get-contribution";
import { requireOwn } from "./require-own";

/**
 * Take a contribution back for good: its key is destroyed, its unvested credits go back. Retiring it again changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for one whose key died.
 */
export async function retireContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId } = await requireOwn(tx, input);
  await endContribution(tx, ctx, { poolKeyId, state: "retired", reason: "by_owner" });
  const view = await getContribution(tx, ctx, input);
  if (view.state === "retired") return view;
  throw new ScripError("state_conflict", "This contribution's key has died: there is nothing left to retire.");
}
