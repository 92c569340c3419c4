import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Micros } from "../money";
import { lockAdvanceLimits, setAdvanceLimits } from "../ledger";
import { readSettings } from "../settings";
import { advanceOf, type AdvanceTerms } from "./advance-of";
import { listLiveGrants } from "./advance.store";

/**
 * Let accounts spend in advance what their live proven contributions allow, by the settings of now or by those that the caller
 * holds. What was spent already stays spent.
 *
 * It is reckoned once the wallets are locked: whoever changes a contribution or its key comes here afterwards, and waits.
 */
export async function setAdvance(
  tx: Tx,
  ctx: Pick<Ctx, "nowMs">,
  wallets: readonly bigint[],
  terms?: AdvanceTerms,
): Promise<void> {
  const { advance_limit, advance_at_once } = terms ?? (await readSettings(tx));
  const present = await lockAdvanceLimits(tx, wallets);
  const grants = await listLiveGrants(tx, wallets, ctx.nowMs);
  const limits = new Map<bigint, Micros>();
  for (const [wallet, before] of present) {
    const limit = advanceOf(grants.get(wallet) ?? [], { advance_limit, advance_at_once });
    if (limit !== before) limits.set(wallet, limit);
  }
  await setAdvanceLimits(tx, limits);
}
