import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { readLots } from "../ledger";
import { readSettings } from "../settings";
import { findPurchase } from "./purchase.store";
import { type PurchaseView, viewPurchase } from "./view-purchase";

/** One purchase of a person. Errors: `ScripError` not_found, for another's too. */
export async function getPurchase(
  reader: Tx,
  nowMs: number,
  { userId, purchaseId }: { userId: Uuid; purchaseId: Uuid },
): Promise<PurchaseView> {
  const purchase = await findPurchase(reader, purchaseId);
  if (purchase?.userId !== userId) throw new ScripError("not_found", "There is no purchase of this id.");
  const lots = await readLots(reader, purchase.lot === null ? [] : [purchase.lot]);
  const lot = purchase.lot === null ? null : (lots.get(purchase.lot) ?? null);
  return viewPurchase(purchase, lot, await readSettings(reader), nowMs);
}
