import { getUser } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import type { Uuid } from "@/lib/ids";
import { ScripError } from "@/lib/errors";
import {
  attachSession,
  type CheckoutInput,
  createPurchase,
  getPurchase,
  type NewPurchase,
  openCheckout,
} from "@/lib/payments";
import { micros } from "@/lib/money";
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

/**
 * The pay page of an order that nobody has paid yet: the same one again, for as long as Stripe keeps it.
 *
 * Errors: `not_found`, for another's too; `state_conflict` once it isn't waiting any more; `unavailable`.
 */
export async function continueCheckout(
  ctx: Ctx,
  { userId, purchaseId }: { userId: Uuid; purchaseId: Uuid },
): Promise<string> {
  const stripe = webStripe();
  const { reader } = webDatabase();
  const [{ email }, order] = await Promise.all([
    getUser(reader, userId),
    getPurchase(reader, ctx.nowMs, { userId, purchaseId }),
  ]);
  if (order.state !== "created") {
    throw new ScripError("state_conflict", "This order doesn't wait for a payment any more.");
  }
  const { pack, usdNanos, baseMicros, creditsMicros } = order;
  const quote = { pack, usdNanos, baseMicros, creditsMicros, bonusMicros: micros(creditsMicros - baseMicros) };
  const { url } = await openCheckout(stripe, { purchase: { id: purchaseId, quote }, email, appUrl: webEnv().appUrl });
  return url;
}
