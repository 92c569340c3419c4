import { ScripError } from "../errors";
import { toPublicId } from "../ids";
import { formatCredits } from "../money";
import type { NewPurchase } from "./create-purchase";
import type { StripeApi } from "./stripe-api";

/** The path of an order's page, below the web app's address. */
export const purchasePath = (publicId: string): string => `/buy/orders/${publicId}`;

/**
 * Open Stripe's pay page for an order. The network: never inside a transaction.
 *
 * Opened again, the order's page is the same one for a day: the idempotency key is the order's.
 * Errors: `ScripError` unavailable where Stripe doesn't answer; the order then stays unpaid and goes by itself.
 */
export async function openCheckout(
  stripe: StripeApi,
  { purchase, email, appUrl }: { purchase: NewPurchase; email: string; appUrl: string },
): Promise<{ session: string; url: string }> {
  const purchaseId = toPublicId("purchase", purchase.id);
  const page = appUrl + purchasePath(purchaseId);
  try {
    const { id, url } = await stripe.createSession({
      purchaseId,
      usdNanos: purchase.quote.usdNanos,
      title: `${formatCredits(purchase.quote.creditsMicros)} credits`,
      email,
      successUrl: page,
      cancelUrl: `${page}?cancelled=1`,
    });
    return { session: id, url };
  } catch (cause) {
    const message = "The payment service doesn't answer. Nothing was paid: try again in a minute.";
    throw new ScripError("unavailable", message, { cause, retryAfterS: 60 });
  }
}
