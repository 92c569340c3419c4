import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { setAdvanceLimit } from "../ledger";
import { type Micros, ZERO_MICROS } from "../money";
import { countOpen } from "./contribution.store";

/** Let an account spend unvested credits in advance up to the limit, unless none of its open contributions is proven. */
export async function setAdvance(
  tx: Tx,
  account: { userId: Uuid; walletId: bigint },
  limitMicros: Micros,
): Promise<void> {
  const { proven, unproven } = await countOpen(tx, account.userId);
  await setAdvanceLimit(tx, account.walletId, unproven > 0 && proven === 0 ? ZERO_MICROS : limitMicros);
}
