import type { Tx } from "../db";
import { lockAdvanceLimits, setAdvanceLimits } from "../ledger";
import { type Micros, ZERO_MICROS } from "../money";
import { sumProven } from "./contribution.store";

/**
 * Let accounts spend in advance what their open proven contributions have still to vest, up to the limit. Without one, up to
 * what each may by now: right wherever that sum can only have fallen.
 *
 * The sum is taken once the wallets are locked: whoever changes it comes here afterwards, and waits. Units: microcredits.
 */
export async function setAdvance(tx: Tx, wallets: readonly bigint[], limitMicros?: Micros): Promise<void> {
  const present = await lockAdvanceLimits(tx, wallets);
  const proven = await sumProven(tx, wallets);
  const limits = new Map<bigint, Micros>();
  for (const [wallet, before] of present) {
    const most = limitMicros ?? before;
    const unvested = proven.get(wallet) ?? ZERO_MICROS;
    const limit = unvested < most ? unvested : most;
    if (limit !== before) limits.set(wallet, limit);
  }
  await setAdvanceLimits(tx, limits);
}
