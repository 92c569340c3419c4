import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, type Uuid } from "../ids";
import { type Nanos, ZERO_MICROS } from "../money";
import { chargePoolKeys } from "../pool";
import { findByPoolKey } from "./contribution.store";
import { setAdvance } from "./set-advance";
import { PROBE, vestContributions } from "./vest-contributions";

/**
 * Act on a probe of a contributor's key once the pool has: what it cost is booked on the key as what a request costs, so that it
 * counts towards what is due and earns nothing, and the advance follows the key. A key of no contribution is none of this.
 *
 * Units: nanodollars. The key's row is locked by the caller.
 */
export async function followProbe(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid; costNanos: Nanos }): Promise<void> {
  const { poolKeyId, costNanos } = input;
  const contribution = await findByPoolKey(tx, poolKeyId);
  if (!contribution) return;
  if (costNanos > 0n) {
    await chargePoolKeys(tx, ctx, new Map([[poolKeyId, { costNanos, servedAtMs: null }]]));
    const probe = { hold: newUuid(ctx.nowMs), n: PROBE, poolKey: poolKeyId, costNanos, chargeMicros: ZERO_MICROS };
    await vestContributions(tx, ctx, [probe]);
  }
  await setAdvance(tx, ctx, [contribution.walletId]);
}
