import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { readLots } from "../ledger";
import { readSettings } from "../settings";
import { findPurchases } from "./purchase.store";
import { type PurchaseView, viewPurchase } from "./view-purchase";

/** A person's purchases, newest first; `before` is the place of the last one of the page before. */
export async function listPurchases(
  reader: Tx,
  nowMs: number,
  input: { userId: Uuid; before: { ms: number; id: Uuid } | null; limit: number },
): Promise<PurchaseView[]> {
  const purchases = await findPurchases(reader, input.userId, input.before, input.limit);
  const lots = await readLots(
    reader,
    purchases.flatMap(({ lot }) => (lot === null ? [] : [lot])),
  );
  const rules = await readSettings(reader);
  return purchases.map((purchase) =>
    viewPurchase(purchase, purchase.lot === null ? null : (lots.get(purchase.lot) ?? null), rules, nowMs),
  );
}
