import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { lockAdvanceLimits, setAdvanceLimits } from "../ledger";
import type { Micros } from "../money";
import { holdSettings, readSettings } from "../settings";
import { listLiveGrants, listStaleAdvances } from "./advance.store";
import { advanceOf, type AdvanceTerms } from "./valuation";

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

/**
 * Bring what accounts may spend in advance up to date, at most `limit` of them: a setting changed, a key was taken out or came
 * back, or it has neither served nor passed a probe for a day. Gives how many there were.
 *
 * It locks their wallets, which requests wait for: a few hundred at a time.
 */
export async function refreshAdvances(tx: Tx, ctx: Pick<Ctx, "nowMs">, input: { limit: number }): Promise<number> {
  const settings = await holdSettings(tx);
  const wallets = await listStaleAdvances(tx, settings, { nowMs: ctx.nowMs, limit: input.limit });
  if (wallets.length > 0) await setAdvance(tx, ctx, wallets, settings);
  return wallets.length;
}
