import { randomText } from "../../../lib/ids";
import { nowMs } from "../../../lib/time";
import { countOf, type Form, formOf, textOf, textsOf } from "./form";
import { type Charge, type Intent, invalid, type Session } from "./objects";
import { begin, emit, type StripeState } from "./state";

const DAY_S = 86_400;
const CENTS_MIN = 50;

/** Make a session of one or more lines. Errors: `StripeRefusal` for what Stripe would refuse. */
export function createSession(stripe: StripeState, form: Form, origin: string): Session {
  if (textOf(form, "mode") !== "payment") throw invalid("Only mode payment is here.", "mode");
  const successUrl = textOf(form, "success_url");
  if (successUrl === null) throw invalid("Missing required param: success_url.", "success_url", "parameter_missing");
  const lines = Object.values(formOf(form, "line_items") ?? {});
  if (lines.length === 0) throw invalid("Missing required param: line_items.", "line_items", "parameter_missing");
  let total = 0;
  let currency = "";
  for (const line of lines) {
    const price = typeof line === "object" ? formOf(line, "price_data") : undefined;
    const cents = countOf(price, "unit_amount");
    if (typeof line !== "object" || cents === null)
      throw invalid("Invalid integer.", "line_items[0][price_data][unit_amount]");
    currency = textOf(price, "currency") ?? "";
    total += cents * (countOf(line, "quantity") ?? 1);
  }
  if (!/^[a-z]{3}$/.test(currency)) throw invalid("Invalid currency.", "line_items[0][price_data][currency]");
  if (total < CENTS_MIN) throw invalid("The total must be at least 0.50.", "line_items", "amount_too_small");
  const head = begin("cs", "checkout.session");
  const id = `cs_test_${randomText(40)}`;
  const session: Session = {
    ...head,
    id,
    amount_subtotal: total,
    amount_total: total,
    cancel_url: textOf(form, "cancel_url"),
    client_reference_id: textOf(form, "client_reference_id"),
    currency,
    customer_email: textOf(form, "customer_email"),
    expires_at: head.created + DAY_S,
    metadata: textsOf(form, "metadata"),
    mode: "payment",
    payment_intent: null,
    payment_status: "unpaid",
    status: "open",
    success_url: successUrl.replaceAll("{CHECKOUT_SESSION_ID}", id),
    url: `${origin}/pay/${id}`,
  };
  stripe.sessions.set(id, session);
  return session;
}

/** End a session that nobody paid. Errors: `StripeRefusal` for one that is open no more. */
export function expireSession(stripe: StripeState, session: Session): Session {
  if (session.status !== "open") throw invalid("Only open sessions can be expired.", "session");
  Object.assign(session, { status: "expired", url: null });
  emit(stripe, "checkout.session.expired", session);
  return session;
}

/** A session whose day is over has expired. */
export function ageSession(stripe: StripeState, session: Session): Session {
  if (session.status === "open" && session.expires_at * 1000 <= nowMs()) expireSession(stripe, session);
  return session;
}

/** How somebody pays. What isn't said is as the session asks for it. */
export type Payment = {
  method?: "card" | "bank_debit" | "failing_bank_debit" | undefined;
  /** Pay another amount, or in another currency. */
  amount?: number | undefined;
  currency?: string | undefined;
  /** Have the session name another order. */
  reference?: string | undefined;
};

/** Of a card in dollars: 2.9% and 30 cents, rounded half up to the cent. Source: Stripe, "Pricing", United States. */
const feeOf = (cents: number): number => Math.floor((cents * 29 + 500) / 1000) + 30;

function charge(stripe: StripeState, intent: Intent): void {
  const { amount, currency } = intent;
  const head = begin("ch", "charge");
  const fee = feeOf(amount);
  const entry = { ...begin("txn", "balance_transaction"), amount, currency, fee, net: amount - fee, source: head.id };
  const made: Charge = {
    ...head,
    amount,
    amount_refunded: 0,
    balance_transaction: entry.id,
    currency,
    disputed: false,
    metadata: intent.metadata,
    paid: true,
    payment_intent: intent.id,
    refunded: false,
    status: "succeeded",
  };
  stripe.charges.set(made.id, made);
  stripe.balance.set(entry.id, entry);
  Object.assign(intent, { amount_received: intent.amount, latest_charge: made.id, status: "succeeded" });
  emit(stripe, "charge.succeeded", made);
  emit(stripe, "payment_intent.succeeded", intent);
}

/** Pay an open session; one that is complete stays as it is. Errors: `StripeRefusal` for one that has expired. */
export function paySession(stripe: StripeState, session: Session, payment: Payment = {}): Session {
  if (session.status === "complete") return session;
  if (ageSession(stripe, session).status === "expired") throw invalid("This session has expired.", "session");
  const { method = "card", amount = session.amount_total, currency = session.currency, reference } = payment;
  if (reference !== undefined) {
    Object.assign(session, {
      client_reference_id: reference,
      metadata: { ...session.metadata, purchase_id: reference },
    });
  }
  const intent: Intent = {
    ...begin("pi", "payment_intent"),
    amount,
    amount_received: 0,
    currency,
    latest_charge: null,
    metadata: session.metadata,
    status: "processing",
  };
  stripe.intents.set(intent.id, intent);
  Object.assign(session, {
    amount_total: amount,
    currency,
    payment_intent: intent.id,
    payment_status: method === "card" ? "paid" : "unpaid",
    status: "complete",
    url: null,
  });
  if (method === "card") charge(stripe, intent);
  emit(stripe, "checkout.session.completed", session);
  if (method === "bank_debit") {
    session.payment_status = "paid";
    charge(stripe, intent);
    emit(stripe, "checkout.session.async_payment_succeeded", session);
  }
  if (method === "failing_bank_debit") {
    intent.status = "requires_payment_method";
    emit(stripe, "checkout.session.async_payment_failed", session);
  }
  return session;
}
