import { getUser } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import type { Uuid } from "@/lib/ids";
import { attachSession, type CheckoutInput, createPurchase, type NewPurchase, openCheckout } from "@/lib/payments";
import { webDatabase } from "./database";
import { webStripe } from "./stripe";

/**
 * Take down an order and open its pay page. Errors: `validation_failed`, `unavailable`.
 *
 * Cut off at any point it leaves an order that nobody was charged for.
 */
export async function startCheckout(
  ctx: Ctx,
  { userId, order }: { userId: Uuid; order: CheckoutInput },
): Promise<{ purchase: NewPurchase; url: string }> {
  const stripe = webStripe();
  const database = webDatabase();
  const { email } = await getUser(database.reader, userId);
  const purchase = await database.inTransaction((tx) => createPurchase(tx, ctx, { userId, order }));
  const { session, url } = await openCheckout(stripe, { purchase, email, appUrl: webEnv().appUrl });
  await database.inTransaction((tx) => attachSession(tx, ctx, { purchaseId: purchase.id, session }));
  return { purchase, url };
}
