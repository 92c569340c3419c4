import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import { toPublicId, type Uuid } from "../ids";
import { advanceRefund } from "./apply-refund";
import type { Refund } from "./purchase";
import { findPurchase, findRefund, lockPurchase } from "./purchase.store";
import type { RefundAnswer, StripeApi } from "./stripe-api";
import { RefundFact } from "./stripe-facts";

/** Stripe forgets idempotency keys after a day: from here on what was made is looked for first. */
const KEY_TRUSTED_MS = 20 * 3_600_000;

/** A refund's name at Stripe. */
const nameOf = (id: Uuid): string => toPublicId("refund", id);

async function findSent(stripe: StripeApi, refund: Refund, paymentIntent: string): Promise<unknown> {
  const made = await stripe.listRefunds({ paymentIntent });
  return made.find((one) => RefundFact.safeParse(one).data?.refundId === nameOf(refund.id)) ?? null;
}

/**
 * Have Stripe send a requested refund, once however often this is called. `null`: it was sent before.
 *
 * The network: never inside a transaction. Errors: those of Stripe's SDK where it doesn't answer; call again.
 */
export async function sendRefund(
  reader: Tx,
  stripe: StripeApi,
  { refundId, nowMs }: { refundId: Uuid; nowMs: number },
): Promise<RefundAnswer | null> {
  const refund = await findRefund(reader, refundId);
  assert(refund, `no refund ${refundId}`);
  if (refund.state !== "requested") return null;
  const purchase = await findPurchase(reader, refund.purchaseId);
  assert(purchase?.paymentIntent, "what is refunded was paid");
  const { paymentIntent } = purchase;
  const isOld = nowMs - refund.createdMs > KEY_TRUSTED_MS;
  const sent = isOld ? await findSent(stripe, refund, paymentIntent) : null;
  if (sent !== null) return { outcome: "made", refund: sent };
  return stripe.createRefund({
    paymentIntent,
    usdNanos: refund.usdNanos,
    purchaseId: toPublicId("purchase", purchase.id),
    refundId: nameOf(refundId),
  });
}

/** Note what Stripe made of a requested refund. Refused for good, its credits come back. */
export async function settleRefund(
  tx: Tx,
  ctx: Ctx,
  { refundId, answer }: { refundId: Uuid; answer: RefundAnswer },
): Promise<void> {
  const found = await findRefund(tx, refundId);
  const purchase = found && (await lockPurchase(tx, found.purchaseId));
  // Read again: an event of it may have come while the purchase was waited for.
  const refund = await findRefund(tx, refundId);
  assert(purchase && refund, `no refund ${refundId}`);
  const fact = answer.outcome === "made" ? RefundFact.parse(answer.refund) : null;
  await advanceRefund(tx, ctx, purchase, {
    refund,
    state: fact?.state ?? "failed",
    stripeRefund: fact?.id ?? null,
  });
}
