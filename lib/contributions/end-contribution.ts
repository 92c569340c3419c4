import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { micros } from "../money";
import { clawBackCredits } from "../ledger";
import { endPoolKey, type KeyReason } from "../pool";
import { remainingOf, type ContributionEnd } from "./contribution";
import { lockByPoolKeys, updateContribution } from "./contribution.store";
import { setAdvance } from "./set-advance";

/**
 * End the contribution of a pool key: the key serves no more and is destroyed, what hasn't vested is taken back. What
 * requests that are still under way cost vests when they settle. Ending it again changes nothing; false then.
 *
 * The key's row is locked before the contribution's and the wallet's, as the folder does.
 */
export async function endContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; state: ContributionEnd; reason: KeyReason },
): Promise<boolean> {
  const { poolKeyId, state, reason } = input;
  await endPoolKey(tx, ctx, { poolKeyId, state, reason });
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
