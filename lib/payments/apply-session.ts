import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { fromPublicId } from "../ids";
import { formatUsd } from "../money";
import { creditPurchase } from "./claims";
import type { Applied, Purchase } from "./purchase";
import { findPurchaseIdOf, lockPurchase, updatePurchase } from "./purchase.store";
import { CURRENCY, type SessionFact } from "./stripe-facts";

const UNPAID = ["created", "failed", "expired"];

/** Why a payment isn't the one that the order asked for; `null` where it is. */
async function mismatchOf(tx: Tx, purchase: Purchase, session: SessionFact): Promise<string | null> {
  const { amountNanos, currency, paymentIntent } = session;
  if (paymentIntent === null) return "paid without a payment";
  if (currency !== CURRENCY) return `paid in ${currency}`;
  if (amountNanos !== purchase.usdNanos) {
    const paid = amountNanos === null ? "an unknown amount" : `USD ${formatUsd(amountNanos)}`;
    return `paid ${paid} of USD ${formatUsd(purchase.usdNanos)}`;
  }
  const owner = await findPurchaseIdOf(tx, paymentIntent);
  return owner === null || owner === purchase.id ? null : "paid with the payment of another order";
}

async function applyPayment(tx: Tx, ctx: Ctx, purchase: Purchase, session: SessionFact): Promise<Applied> {
  const { paymentIntent } = session;
  const problem = await mismatchOf(tx, purchase, session);
  if (problem !== null || paymentIntent === null) {
    const isOwn = paymentIntent !== null && (await findPurchaseIdOf(tx, paymentIntent)) === null;
    await updatePurchase(tx, purchase.id, {
      state: "quarantined",
      problem,
      paidNanos: session.amountNanos,
      paidMs: ctx.nowMs,
      ...(isOwn && { paymentIntent }),
    });
    return { outcome: "quarantined", reason: problem ?? "paid without a payment" };
  }
  const lot = await creditPurchase(tx, ctx, purchase, paymentIntent);
  const times = { paidMs: ctx.nowMs, creditedMs: ctx.nowMs };
  await updatePurchase(tx, purchase.id, {
    state: "credited",
    paymentIntent,
    lot,
    paidNanos: session.amountNanos,
    ...times,
  });
  return { outcome: "credited" };
}

/**
 * Bring an order to where its Checkout session is: credited once it is paid as ordered, else failed or expired.
 *
 * A payment that isn't the order's own is never credited. What is paid stays paid, whatever older news comes later.
 */
export async function applySession(
  tx: Tx,
  ctx: Ctx,
  { session, hasFailed }: { session: SessionFact; hasFailed: boolean },
): Promise<Applied> {
  const { reference } = session;
  const id = reference === null || reference !== session.purchaseId ? null : fromPublicId("purchase", reference);
  const purchase = id && (await lockPurchase(tx, id));
  if (!purchase) return { outcome: "ignored", reason: "the session names no order of ours" };
  if (purchase.session !== null && purchase.session !== session.id) {
    return { outcome: "ignored", reason: "the order has another session" };
  }
  if (purchase.session === null) await updatePurchase(tx, purchase.id, { session: session.id });
  if (!UNPAID.includes(purchase.state)) return { outcome: "unchanged" };
  if (session.isPaid) return applyPayment(tx, ctx, purchase, session);
  const state = hasFailed ? "failed" : session.isExpired ? "expired" : null;
  if (state === null || purchase.state !== "created") return { outcome: "unchanged" };
  await updatePurchase(tx, purchase.id, { state });
  return { outcome: "changed" };
}
