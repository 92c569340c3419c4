import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { clawBackCredits } from "../ledger";
import { micros, type Micros, type Nanos, ZERO_MICROS } from "../money";
import { chargePoolKeys, closePoolKey, getPoolKey, type KeyReason, type PoolKeyView } from "../pool";
import { setAdvance } from "./advance";
import { type ContributionView, getContribution, remainingOf, requireOwn } from "./contribution";
import { type ContributionEnd, findByPoolKey, lockByPoolKeys, updateContribution } from "./contribution.store";
import { PROBE, vestContributions } from "./vesting";

/**
 * End the contribution of a pool key: the key serves no more and is destroyed, what hasn't vested is taken back. What
 * requests that are still under way cost vests when they settle. Ending it again changes nothing; false then.
 *
 * The key's row is locked before the contribution's and the wallet's, as the folder does.
 */
async function closeContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; state: ContributionEnd; reason: KeyReason },
): Promise<boolean> {
  const { poolKeyId, state, reason } = input;
  await closePoolKey(tx, ctx, { poolKeyId, state, reason });
  const [contribution] = await lockByPoolKeys(tx, [poolKeyId]);
  assert(contribution, `pool key ${poolKeyId} belongs to a contribution`);
  if (contribution.state !== "open") return false;
  const restMicros = remainingOf(contribution);
  const takenMicros = micros(contribution.takenMicros + restMicros);
  await updateContribution(tx, contribution.id, { state, reason, takenMicros });
  await setAdvance(tx, ctx, [contribution.walletId]);
  if (restMicros > 0n) {
    await clawBackCredits(tx, ctx, {
      scope: "contribution end",
      key: contribution.id,
      requestHash: createHash("sha256").update(contribution.id).digest(),
      transfer: newUuid(ctx.nowMs),
      wallet: contribution.walletId,
      refType: "contribution",
      refId: toPublicId("contribution", contribution.id),
      memo: reason,
      amountMicros: restMicros,
    });
  }
  return true;
}

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
  await closeContribution(tx, ctx, { poolKeyId, state: "retired", reason: "by_owner" });
  const view = await getContribution(tx, ctx, input);
  if (view.state === "retired") return view;
  throw new ScripError("state_conflict", "This contribution's key has died: there is nothing left to retire.");
}

/** A key that was ended, and the contribution that ended with it, if one did. Units: microcredits. */
type EndedKey = { key: PoolKeyView; contribution: { id: Uuid; takenMicros: Micros } | null };

/**
 * End a supplier's key for good, as an operator decides: its secret is destroyed, and a contribution ends as if its key had
 * died. A key that has ended stays as it is.
 *
 * Errors: `not_found`.
 */
export async function closeKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<EndedKey> {
  const end = { ...input, reason: "by_operator" } as const;
  const isEnded = await closeDeadContribution(tx, ctx, end);
  // The platform's own keys are no contribution's.
  await closePoolKey(tx, ctx, { ...end, state: "revoked" });
  const contribution = isEnded ? await findByPoolKey(tx, input.poolKeyId) : null;
  return { key: await getPoolKey(tx, ctx, input), contribution };
}

/**
 * End the contribution of a key that died: what hasn't vested is taken back, from unvested credits first, as a debt at
 * last. False where it had ended before, or the key is no contribution's.
 */
export async function closeDeadContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; reason: KeyReason },
): Promise<boolean> {
  const contribution = await findByPoolKey(tx, input.poolKeyId);
  return contribution !== null && closeContribution(tx, ctx, { ...input, state: "revoked" });
}

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
