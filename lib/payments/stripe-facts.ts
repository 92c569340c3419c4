import * as z from "zod";
import { fromCents, type Nanos } from "../money";

// What is read of Stripe's objects, and nothing else: whatever they say of cards and people is dropped here.

const Cents = z.int().transform((cents): Nanos => fromCents(BigInt(cents)));
/** An id, or the object of that id where it was expanded. */
const Reference = z
  .union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish()
  .transform((id) => id ?? null);
/** Orders are paid in this one. */
export const CURRENCY = "usd";
const Currency = z
  .string()
  .nullish()
  .transform((currency) => currency ?? CURRENCY);
const Metadata = z.record(z.string(), z.string()).nullish();

/** A Checkout session: whether it was paid, how much, and for which order. */
export const SessionFact = z
  .object({
    id: z.string(),
    status: z.string().nullish(),
    payment_status: z.string(),
    payment_intent: Reference,
    amount_total: Cents.nullish(),
    currency: z.string().nullish(),
    client_reference_id: z.string().nullish(),
    metadata: Metadata,
  })
  .transform((session) => ({
    id: session.id,
    isPaid: session.payment_status === "paid",
    isExpired: session.status === "expired",
    /** Whether its buyer is done with it; the money may still be on its way. */
    isComplete: session.status === "complete",
    paymentIntent: session.payment_intent,
    amountNanos: session.amount_total ?? null,
    currency: session.currency ?? null,
    reference: session.client_reference_id ?? null,
    purchaseId: session.metadata?.["purchase_id"] ?? null,
  }));
export type SessionFact = z.output<typeof SessionFact>;

const REFUND_STATES = new Map([
  ["pending", "pending"],
  ["requires_action", "pending"],
  ["succeeded", "succeeded"],
  ["failed", "failed"],
  ["canceled", "failed"],
] as const);

/** A refund, ours or one made at Stripe. */
export const RefundFact = z
  .object({
    id: z.string(),
    amount: Cents,
    currency: Currency,
    status: z.enum([...REFUND_STATES.keys()]).catch("pending"),
    failure_reason: z.string().nullish(),
    payment_intent: Reference,
    metadata: Metadata,
  })
  .transform((refund) => ({
    id: refund.id,
    amountNanos: refund.amount,
    currency: refund.currency,
    /** Why it failed, where it did. */
    problem: refund.failure_reason ?? refund.status,
    state: REFUND_STATES.get(refund.status) ?? "pending",
    paymentIntent: refund.payment_intent,
    /** Our own refund that it carries out. */
    refundId: refund.metadata?.["refund_id"] ?? null,
  }));
export type RefundFact = z.output<typeof RefundFact>;

// An inquiry that was closed and a dispute that was prevented took no money.
const WON = ["won", "warning_closed", "prevented"];

/** A dispute. While it is open, and once it is lost, its money is away; an inquiry takes none before it becomes one. */
export const DisputeFact = z
  .object({
    id: z.string(),
    amount: Cents,
    currency: Currency,
    status: z.string(),
    payment_intent: Reference,
    charge: Reference,
  })
  .transform((dispute) => ({
    id: dispute.id,
    /** Null where it isn't told in dollars: it counts as the whole payment, never as cents of another currency. */
    usdNanos: dispute.currency === CURRENCY ? dispute.amount : null,
    isWithdrawn: !dispute.status.startsWith("warning_"),
    state: WON.includes(dispute.status)
      ? ("won" as const)
      : dispute.status === "lost"
        ? ("lost" as const)
        : ("open" as const),
    paymentIntent: dispute.payment_intent,
    charge: dispute.charge,
  }));
export type DisputeFact = z.output<typeof DisputeFact>;

/** An issuer's early warning of fraud: most become disputes of the whole payment. Source: Stripe, "Early fraud warnings". */
export const WarningFact = z
  .object({ id: z.string(), payment_intent: Reference, charge: Reference, actionable: z.boolean().nullish() })
  .transform((warning): DisputeFact => ({
    id: warning.id,
    usdNanos: null,
    isWithdrawn: false,
    // There is nothing to do about one any more once its charge was refunded or disputed, which then says what goes.
    state: warning.actionable === false ? "won" : "open",
    paymentIntent: warning.payment_intent,
    charge: warning.charge,
  }));

/** A charge, for the payment that it belongs to. */
export const ChargeFact = z.object({ id: z.string(), payment_intent: Reference });

/**
 * What came in by a payment and what Stripe kept of it, in the smallest unit of one currency; null until Stripe knows.
 * Source: Stripe, "Balance transactions".
 */
const Kept = z
  .object({ amount: z.int().positive(), fee: z.int().nonnegative() })
  .transform(({ amount, fee }) => ({ amount: BigInt(amount), fee: BigInt(fee) }));
export const IntentFact = z
  .object({ latest_charge: z.object({ balance_transaction: Kept.nullable() }).nullable() })
  .transform(({ latest_charge }) => ({ kept: latest_charge?.balance_transaction ?? null }));

/** An event as far as it is kept: what happened to which object. */
export const StripeEvent = z.object({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.object({ object: z.looseObject({ id: z.string() }) }),
});
export type StripeEvent = z.output<typeof StripeEvent>;

const KEPT = new Set([
  "id",
  "object",
  "actionable",
  "amount",
  "amount_total",
  "charge",
  "client_reference_id",
  "currency",
  "failure_reason",
  "metadata",
  "payment_intent",
  "payment_status",
  "status",
]);

/** The event without what its object says of cards and people. */
export function trimEvent(event: StripeEvent): StripeEvent {
  const object = Object.fromEntries(Object.entries(event.data.object).filter(([name]) => KEPT.has(name)));
  return { ...event, data: { object: { ...object, id: event.data.object.id } } };
}

/** Events that change a purchase. */
export const HANDLED_EVENTS = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "radar.early_fraud_warning.created",
  "radar.early_fraud_warning.updated",
] as const;
export type HandledEvent = (typeof HANDLED_EVENTS)[number];

/** Whether an event of this type changes a purchase. */
export const isHandled = (type: string): type is HandledEvent => HANDLED_EVENTS.some((handled) => handled === type);
