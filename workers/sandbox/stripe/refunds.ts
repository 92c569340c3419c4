import { endWarnings } from "./disputes";
import { type Charge, invalid, type Refund, type RefundStatus } from "./objects";
import { begin, emit, type StripeState } from "./state";

export type RefundRequest = {
  amount?: number | undefined;
  metadata?: Record<string, string>;
  status?: RefundStatus | null | undefined;
};

/** The failure reason of a refund, unless another is asked for. */
const FAILURE = "lost_or_stolen_card";
const FAILED_STATUSES = ["failed", "canceled"];

/** Refund a charge, or a part of it. Errors: `StripeRefusal` for more than is left, or a disputed charge. */
export function createRefund(stripe: StripeState, charge: Charge, request: RefundRequest = {}): Refund {
  const left = charge.amount - charge.amount_refunded;
  const { amount = left, metadata = {}, status = "succeeded" } = request;
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
  if (charge.refunded) endWarnings(stripe, charge);
  return refund;
}

/** Change a refund's status: a bank may send it back. One that failed or was canceled stays so. */
export function endRefund(stripe: StripeState, refund: Refund, status: RefundStatus, reason = FAILURE): Refund {
  if (refund.status === status || FAILED_STATUSES.includes(refund.status ?? "")) return refund;
  refund.status = status;
  const charge = stripe.charges.get(refund.charge);
  if (FAILED_STATUSES.includes(status) && charge) {
    charge.amount_refunded -= refund.amount;
    charge.refunded = false;
  }
  if (status === "failed") refund.failure_reason = reason;
  emit(stripe, "refund.updated", refund);
  if (status === "failed") emit(stripe, "refund.failed", refund);
  return refund;
}
