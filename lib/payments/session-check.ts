import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { enqueue } from "../queue/outbox";
import { findPurchase } from "./purchase.store";
import type { StripeApi } from "./stripe-api";
import { SessionFact } from "./stripe-facts";

/** The job that asks Stripe how an order's session is, and acts on the answer: `{purchase}`. */
export const SESSION_TOPIC = "stripe_session";

/**
 * Where the payment of an order stands at Stripe: `open`, its buyer can still pay; `processing`, they did and the money is on its
 * way; `paid`; `over`, it can't be paid any more. `unknown` where Stripe doesn't answer, or the order has no session.
 */
export type PaymentState = "open" | "processing" | "paid" | "over" | "unknown";

/** What Stripe says now of an order's session. The network: never inside a transaction. Errors: those of Stripe's SDK. */
export async function fetchSession(reader: Tx, stripe: StripeApi, purchaseId: Uuid): Promise<SessionFact | null> {
  const purchase = await findPurchase(reader, purchaseId);
  if (!purchase?.session) return null;
  const session = await stripe.findSession(purchase.session);
  return session === null ? null : SessionFact.parse(session);
}

/** Ask Stripe where an order's payment stands. The network: never inside a transaction. Never throws. */
export async function readPaymentState(reader: Tx, stripe: StripeApi, purchaseId: Uuid): Promise<PaymentState> {
  const session = await fetchSession(reader, stripe, purchaseId).catch(() => null);
  if (session === null) return "unknown";
  if (session.isPaid) return "paid";
  if (session.isExpired) return "over";
  return session.isComplete ? "processing" : "open";
}

/** Have an order's session looked at and acted on, as its events would have it. */
export const requestSessionCheck = (tx: Tx, purchaseId: Uuid): Promise<bigint> =>
  enqueue(tx, SESSION_TOPIC, { purchase: purchaseId });
