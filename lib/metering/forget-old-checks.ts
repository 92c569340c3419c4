import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { deleteChecks } from "./ledger-check.store";

const KEPT_MS = 90 * 86_400_000;

/** Remove checks of the ledger of ninety days ago and before, at most `limit` of them; returns how many went. */
export async function forgetOldChecks(tx: Tx, { nowMs }: Ctx, limit: number): Promise<number> {
  return deleteChecks(tx, new Date(nowMs - KEPT_MS), limit);
}
