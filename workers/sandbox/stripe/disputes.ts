import { type Charge, type Dispute, type DisputeStatus, invalid, type Warning } from "./objects";
import { begin, emit, type StripeState } from "./state";

const CLOSED = ["won", "lost", "warning_closed"];
/** Whether a dispute of that status is over. */
export const isClosed = ({ status }: Pick<Dispute, "status">): boolean => CLOSED.includes(status);

export type DisputeRequest = {
  status?: DisputeStatus | undefined;
  amount?: number | undefined;
  currency?: string | undefined;
};

/** The dispute of a charge that is still open. */
export const openDisputeOf = (stripe: StripeState, charge: Charge): Dispute | undefined =>
  [...stripe.disputes.values()].find((dispute) => dispute.charge === charge.id && !isClosed(dispute));

/**
 * Have a charge disputed by the bank that paid it: for what wasn't refunded of it, or for an amount of the bank's own, up to
 * all that was paid. Banks don't ask what went back already, and may dispute a payment more than once.
 */
export function openDispute(
  stripe: StripeState,
  charge: Charge,
  { status = "needs_response", amount, currency = charge.currency }: DisputeRequest,
): Dispute {
  if (openDisputeOf(stripe, charge)) throw invalid("This charge is disputed already.", "charge");
  if (amount === undefined && charge.disputed) throw invalid("This charge was charged back.", "charge");
  if (amount === undefined && charge.refunded) throw invalid("This charge has been refunded.", "charge");
  const isInquiry = status.startsWith("warning");
  const dispute: Dispute = {
    ...begin("dp", "dispute"),
    amount: amount ?? charge.amount - charge.amount_refunded,
    charge: charge.id,
    currency,
    payment_intent: charge.payment_intent,
    reason: "fraudulent",
    status: isInquiry ? "warning_needs_response" : "needs_response",
  };
  stripe.disputes.set(dispute.id, dispute);
  charge.disputed = true;
  emit(stripe, "charge.dispute.created", dispute);
  if (!isInquiry) emit(stripe, "charge.dispute.funds_withdrawn", dispute);
  if (!isInquiry) endWarnings(stripe, charge);
  return isClosed({ status }) ? closeDispute(stripe, dispute, status) : dispute;
}

/** Have an inquiry become a dispute: only now the money is withdrawn. */
export function escalateInquiry(stripe: StripeState, inquiry: Dispute): Dispute {
  inquiry.status = "needs_response";
  emit(stripe, "charge.dispute.updated", inquiry);
  emit(stripe, "charge.dispute.funds_withdrawn", inquiry);
  return inquiry;
}

/** End a dispute. What was withdrawn comes back where it is won. */
export function closeDispute(stripe: StripeState, dispute: Dispute, status: DisputeStatus): Dispute {
  if (isClosed(dispute)) throw invalid("This dispute is closed already.", "dispute");
  dispute.status = status;
  const charge = stripe.charges.get(dispute.charge);
  // What came back may be refunded after all.
  if (charge && status !== "lost") charge.disputed = false;
  emit(stripe, "charge.dispute.updated", dispute);
  emit(stripe, "charge.dispute.closed", dispute);
  if (status === "won") emit(stripe, "charge.dispute.funds_reinstated", dispute);
  return dispute;
}

/** A charge that was refunded or disputed: its warnings can't be acted on any more. */
export function endWarnings(stripe: StripeState, charge: Charge): void {
  for (const warning of stripe.warnings.values()) {
    if (warning.charge !== charge.id || !warning.actionable) continue;
    warning.actionable = false;
    emit(stripe, "radar.early_fraud_warning.updated", warning);
  }
}

/** Have the issuer warn of fraud, as it does before most disputes. */
export function warnOfFraud(stripe: StripeState, charge: Charge): Warning {
  const warning: Warning = {
    ...begin("issfr", "radar.early_fraud_warning"),
    actionable: true,
    charge: charge.id,
    fraud_type: "unauthorized_use_of_card",
    payment_intent: charge.payment_intent,
  };
  stripe.warnings.set(warning.id, warning);
  emit(stripe, "radar.early_fraud_warning.created", warning);
  return warning;
}
