import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { Contribution } from "./contribution";
import { findContribution } from "./contribution.store";

/** A contribution of that account. Errors: `not_found` for another's too. */
export async function requireOwn(
  reader: Tx,
  { userId, contributionId }: { userId: Uuid; contributionId: Uuid },
): Promise<Contribution> {
  const contribution = await findContribution(reader, contributionId);
  if (contribution?.userId === userId) return contribution;
  throw new ScripError("not_found", "You have no such contribution.");
}
