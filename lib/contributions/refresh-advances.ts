import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { holdSettings } from "../settings";
import { listStaleAdvances } from "./advance.store";
import { setAdvance } from "./set-advance";

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
