import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { type Nanos, nanos } from "../money";
import { chargePoolKeys } from "../pool";
import { takeSettledAttempts } from "./attempt.store";

/** How many attempts a fold took, and which keys it used up. */
export type Fold = { folded: number; depleted: Uuid[] };

/**
 * Tell suppliers' keys what settled attempts cost them: each attempt exactly once, in the transaction that marks it.
 *
 * `limit` bounds one transaction; a fold that took that many has more to take.
 */
export async function foldAttempts(tx: Tx, ctx: Ctx, input: { limit: number }): Promise<Fold> {
  const attempts = await takeSettledAttempts(tx, input.limit);
  const costs = new Map<Uuid, Nanos>();
  for (const { poolKey, costNanos } of attempts) {
    if (poolKey !== null && costNanos > 0n) costs.set(poolKey, nanos((costs.get(poolKey) ?? 0n) + costNanos));
  }
  return { folded: attempts.length, depleted: await chargePoolKeys(tx, ctx, costs) };
}
