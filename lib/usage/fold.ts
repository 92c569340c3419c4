import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { nanos } from "../money";
import { chargePoolKeys, type KeyCost } from "../pool";
import { type FoldedAttempt, takeSettledAttempts, type Taking } from "./attempt.store";

/** The attempts that a fold took, and which keys it used up. */
export type Fold = { attempts: FoldedAttempt[]; depleted: Uuid[] };

/**
 * Add what settled attempts cost, and when they served, to suppliers' keys: each attempt exactly once, in the transaction
 * that marks it. What they earned contributors is for the same transaction to see to.
 *
 * `limit` bounds one transaction; a fold that took that many has more to take.
 */
export async function foldAttempts(tx: Tx, ctx: Ctx, input: Taking): Promise<Fold> {
  const attempts = await takeSettledAttempts(tx, input);
  const costs = new Map<Uuid, KeyCost>();
  for (const { poolKey, costNanos, startedAtMs } of attempts) {
    if (poolKey === null || costNanos === 0n) continue;
    const before = costs.get(poolKey);
    costs.set(poolKey, {
      costNanos: nanos((before?.costNanos ?? 0n) + costNanos),
      servedAtMs: Math.max(before?.servedAtMs ?? 0, startedAtMs),
    });
  }
  return { attempts, depleted: await chargePoolKeys(tx, ctx, costs) };
}
