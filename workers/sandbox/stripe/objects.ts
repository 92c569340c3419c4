/** Stripe's objects as far as Scrip reads them, by Stripe's own names. Amounts are cents, times are seconds. */

type Base<Name extends string> = { id: string; object: Name; created: number; livemode: false };

export type Session = Base<"checkout.session"> & {
  amount_subtotal: number;
  amount_total: number;
  cancel_url: string | null;
  client_reference_id: string | null;
  currency: string;
  customer_email: string | null;
  expires_at: number;
  metadata: Record<string, string>;
  mode: "payment";
  payment_intent: string | null;
  payment_status: "paid" | "unpaid";
  status: "open" | "complete" | "expired";
  success_url: string;
  url: string | null;
};

export type Intent = Base<"payment_intent"> & {
  amount: number;
  amount_received: number;
  currency: string;
  latest_charge: string | null;
  metadata: Record<string, string>;
  status: "processing" | "succeeded" | "requires_payment_method";
};

export type Charge = Base<"charge"> & {
  amount: number;
  amount_refunded: number;
  balance_transaction: string;
  currency: string;
  disputed: boolean;
  metadata: Record<string, string>;
  paid: boolean;
  payment_intent: string;
  refunded: boolean;
  status: "succeeded";
};

/** What a payment brought into the account's balance. */
export type BalanceTransaction = Base<"balance_transaction"> & {
  amount: number;
  currency: string;
  fee: number;
  net: number;
  source: string;
};

export type RefundStatus = "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
export type Refund = Base<"refund"> & {
  amount: number;
  charge: string;
  currency: string;
  metadata: Record<string, string>;
  payment_intent: string;
  reason: string | null;
  status: RefundStatus | null;
  failure_reason?: string;
};

export type DisputeStatus = "warning_needs_response" | "warning_closed" | "needs_response" | "won" | "lost";
export type Dispute = Base<"dispute"> & {
  amount: number;
  charge: string;
  currency: string;
  payment_intent: string;
  reason: string;
  status: DisputeStatus;
};

export type Warning = Base<"radar.early_fraud_warning"> & {
  actionable: boolean;
  charge: string;
  fraud_type: string;
  payment_intent: string;
};

export type StripeObject = Session | Intent | Charge | Refund | Dispute | Warning;

export type StripeEvent = Base<"event"> & {
  api_version: string;
  type: string;
  data: { object: StripeObject };
  pending_webhooks: number;
};

/** Why a call is refused, in Stripe's own form. */
export class StripeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly type: "invalid_request_error" | "idempotency_error" | "api_error",
    message: string,
    readonly details: { code?: string; param?: string } = {},
  ) {
    super(message);
  }
}

export const invalid = (message: string, param: string, code = "parameter_invalid"): StripeRefusal =>
  new StripeRefusal(400, "invalid_request_error", message, { code, param });
