import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { lockAdvanceLimits, setAdvanceLimits } from "../ledger";
import { divideDown, micros, type Micros, ZERO_MICROS } from "../money";
import { holdSettings, readSettings } from "../settings";
import { type AdvanceTerms, listLiveGrants, listStaleAdvances, type LiveGrant } from "./vesting.store";

/**
 * How much an account may owe to its vesting: what its live proven grants have still to vest, of each no more than a share of it
 * at once and as much again as has vested, and the limit in all.
 *
 * 74,997 credits at 0.1: 7,499.7 at first, 14,999.4 when 7,499.7 have vested, never more than what is left.
 * Units: microcredits. Rounding: down, for each grant.
 */
function advanceOf(grants: readonly LiveGrant[], terms: AdvanceTerms): Micros {
  const { digits, scale } = terms.advance_at_once;
  let sum: bigint = ZERO_MICROS;
  for (const { netMicros, vestedMicros, unvestedMicros } of grants) {
    const earned = divideDown(netMicros * digits, 10n ** BigInt(scale)) + vestedMicros;
    sum += earned < unvestedMicros ? earned : unvestedMicros;
  }
  return micros(sum < terms.advance_limit ? sum : terms.advance_limit);
}

/**
 * Let accounts spend in advance what their live proven contributions allow, by the settings of now or by those that the caller
 * holds. What was spent already stays spent.
 *
 * It is computed once the wallets are locked: whoever changes a contribution or its key comes here afterwards, and waits.
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
