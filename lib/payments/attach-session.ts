import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { lockPurchase, updatePurchase } from "./purchase.store";

/** Bind an order to its Checkout session. An event may have come first and done it: then nothing is left to do. */
export async function attachSession(
  tx: Tx,
  _ctx: Ctx,
  { purchaseId, session }: { purchaseId: Uuid; session: string },
): Promise<void> {
  const purchase = await lockPurchase(tx, purchaseId);
  assert(purchase, `no purchase ${purchaseId}`);
  if (purchase.session !== null) return;
  await updatePurchase(tx, purchaseId, { session });
}
