import type { Tx } from "../db";
import { holdSettings } from "../settings";
import { listWallets } from "./contribution.store";
import { setAdvance } from "./set-advance";

/**
 * Bring a change of the advance's limit to accounts with open contributions, at most `limit` of them, from after one wallet
 * on. Gives the last wallet that was seen to; null where there are no more.
 *
 * It locks their wallets, which requests wait for: a few hundred at a time.
 */
export async function refreshAdvances(tx: Tx, input: { after: bigint; limit: number }): Promise<bigint | null> {
  const { advance_limit: limitMicros } = await holdSettings(tx);
  const wallets = await listWallets(tx, input);
  await setAdvance(tx, wallets, limitMicros);
  return wallets.length < input.limit ? null : (wallets.at(-1) ?? null);
}
