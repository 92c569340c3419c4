import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { resealKey } from "../pool";
import { vault } from "../vault";
import { lockQuotesUnderOthers, replaceQuoteKey } from "./quote.store";

/**
 * Seal the keys that quotes still hold anew under the active master key, with their fingerprints: a key that was quoted
 * before a rotation is known for the same one among those that were rotated, too. Returns how many.
 *
 * Errors: throws where a key doesn't open: its quote runs out within half an hour, so that nothing is lost by waiting.
 */
export async function rotateQuotes(tx: Tx, _ctx: Ctx): Promise<number> {
  const quotes = await lockQuotesUnderOthers(tx, vault().masterKeys.activeId);
  for (const quote of quotes) await replaceQuoteKey(tx, quote.id, resealKey(quote));
  return quotes.length;
}
