import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { type Resealed, resealKeys } from "../pool";
import { vault } from "../vault";
import { lockQuotesUnderOthers, replaceQuoteKey } from "./quote.store";

/**
 * Seal the keys that quotes in force still hold anew under the active master key, so that they can be contributed once the
 * old one is gone. One that doesn't open is left as it is and named; its quote runs out within half an hour.
 */
export async function rotateQuotes(tx: Tx, ctx: Ctx): Promise<Resealed> {
  const quotes = await lockQuotesUnderOthers(tx, vault().masterKeys.activeId, ctx.nowMs);
  return resealKeys(quotes, (id, key) => replaceQuoteKey(tx, id, key));
}
