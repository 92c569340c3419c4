import { type Charge, invalid, type Refund, type RefundStatus } from "./objects";
import { begin, emit, type StripeState } from "./state";

export type RefundOrder = {
  amount?: number | undefined;
  metadata?: Record<string, string>;
  status?: RefundStatus | undefined;
};

/** Refund a charge, or a part of it. Errors: `StripeRefusal` for more than is left, or a disputed charge. */
export function createRefund(stripe: StripeState, charge: Charge, order: RefundOrder = {}): Refund {
  const left = charge.amount - charge.amount_refunded;
  const { amount = left, metadata = {}, status = "succeeded" } = order;
  if (charge.disputed) throw invalid("This charge has been charged back.", "charge", "charge_disputed");
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, "charge", "charge_already_refunded");
  if (amount > left)
    throw invalid("Refund amount is greater than unrefunded amount on charge.", "amount", "amount_too_large");
  const refund: Refund = {
    ...begin("re", "refund"),
    amount,
    charge: charge.id,
    currency: charge.currency,
    metadata,
    payment_intent: charge.payment_intent,
    reason: null,
    status,
  };
  stripe.refunds.set(refund.id, refund);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  emit(stripe, "refund.created", refund);
  emit(stripe, "charge.refunded", charge);
  return refund;
}

/** Have a refund come to another end: a bank may send it back. */
export function endRefund(stripe: StripeState, refund: Refund, status: RefundStatus): Refund {
  if (refund.status === status) return refund;
  refund.status = status;
  const charge = stripe.charges.get(refund.charge);
  if (status === "failed" && charge) {
    charge.amount_refunded -= refund.amount;
    charge.refunded = false;
  }
  emit(stripe, "refund.updated", refund);
  if (status === "failed") emit(stripe, "refund.failed", refund);
  return refund;
}
