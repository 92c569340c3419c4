import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import { applyDispute } from "./apply-dispute";
import { applyRefund } from "./apply-refund";
import { type Applied, applySession } from "./apply-session";
import type { StripeFacts } from "./fetch-stripe-facts";
import type { Purchase } from "./purchase";
import { findPurchaseIdOf, lockPurchase } from "./purchase.store";
import { markEventHandled } from "./stripe-event.store";

async function lockPurchaseOf(tx: Tx, paymentIntent: string | null): Promise<Purchase | null> {
  const id = paymentIntent === null ? null : await findPurchaseIdOf(tx, paymentIntent);
  return id && lockPurchase(tx, id);
}

async function applyEach(tx: Tx, ctx: Ctx, { refunds, dispute }: StripeFacts): Promise<Applied | null> {
  let last: Applied | null = null;
  for (const fact of refunds) {
    const purchase = await lockPurchaseOf(tx, fact.paymentIntent);
    if (purchase) last = await applyRefund(tx, ctx, purchase, fact);
  }
  const purchase = dispute && (await lockPurchaseOf(tx, dispute.paymentIntent));
  if (purchase) last = await applyDispute(tx, ctx, purchase, dispute);
  return last;
}

/**
 * Bring an order to where Stripe says that it is. Events may come in any order and number, late or again: each only ever
 * moves an order on, and its credits move once.
 */
export async function applyStripeEvent(
  tx: Tx,
  ctx: Ctx,
  { eventId, facts }: { eventId: string; facts: StripeFacts },
): Promise<Applied> {
  await markEventHandled(tx, ctx.nowMs, eventId);
  const { session, hasFailed } = facts;
  const begun = session && (await applySession(tx, ctx, { session, hasFailed }));
  const applied = await applyEach(tx, ctx, facts);
  if (applied) return applied;
  if (begun && facts.refunds.length === 0 && !facts.dispute) return begun;
  assert(begun?.outcome !== "credited", "what was credited is found by its payment");
  return { outcome: "ignored", reason: "the payment is of no order of ours" };
}
