import Stripe from "stripe";
import { assert, ScripError } from "../errors";
import { type Nanos, toCents } from "../money";
import { HANDLED_EVENTS, RefundFact, StripeEvent } from "./stripe-facts";

// The one file that knows Stripe's SDK. What comes back is unread: stripe-facts.ts reads what is needed of it.

/** What is asked of Stripe. A `null` is what Stripe says that it doesn't have. */
export type StripeApi = {
  createSession(order: SessionOrder): Promise<{ id: string; url: string }>;
  findSession(id: string): Promise<unknown>;
  /** The session that a payment came through. */
  findSessionOf(paymentIntent: string): Promise<unknown>;
  findCharge(id: string): Promise<unknown>;
  /** A payment with what Stripe kept of it. */
  findIntent(id: string): Promise<unknown>;
  findRefund(id: string): Promise<unknown>;
  listRefunds(of: { charge: string } | { paymentIntent: string }): Promise<unknown[]>;
  findDispute(id: string): Promise<unknown>;
  createRefund(order: RefundOrder): Promise<RefundAnswer>;
  /** Events since a moment that change purchases, oldest last. Units: epoch milliseconds. */
  listEvents(sinceMs: number): AsyncIterable<StripeEvent>;
};

export type SessionOrder = {
  purchaseId: string;
  usdNanos: Nanos;
  /** What the pay page says is bought. */
  title: string;
  email: string;
  successUrl: string;
  cancelUrl: string;
};
export type RefundOrder = { paymentIntent: string; usdNanos: Nanos; purchaseId: string; refundId: string };
/** A refund that Stripe made, or why it never will. */
export type RefundAnswer = { outcome: "made"; refund: RefundFact } | { outcome: "refused"; reason: string };

export type StripeOptions = { secretKey: string; apiBase?: string | undefined };

const TIMEOUT_MS = 20_000;
const RETRIES = 2;
const TOLERANCE_S = 300;
const LIST_MAX = 100;

const isMissing = (error: unknown): boolean => error instanceof Stripe.errors.StripeError && error.statusCode === 404;

async function orNull(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function openClient({ secretKey, apiBase }: StripeOptions): Stripe {
  const rules = { telemetry: false, maxNetworkRetries: RETRIES, timeout: TIMEOUT_MS };
  if (apiBase === undefined) return new Stripe(secretKey, rules);
  const { protocol, hostname, port } = new URL(apiBase);
  const isPlain = protocol === "http:";
  return new Stripe(secretKey, {
    ...rules,
    host: hostname,
    port: port || (isPlain ? "80" : "443"),
    protocol: isPlain ? "http" : "https",
  });
}

async function createSession(stripe: Stripe, order: SessionOrder): Promise<{ id: string; url: string }> {
  const session = await stripe.checkout.sessions.create(
    {
      mode: "payment",
      client_reference_id: order.purchaseId,
      customer_email: order.email,
      metadata: { purchase_id: order.purchaseId },
      payment_intent_data: { metadata: { purchase_id: order.purchaseId } },
      // No payment_method_types: the account's dashboard decides.
      line_items: [
        {
          quantity: 1,
          price_data: { currency: "usd", unit_amount: toCents(order.usdNanos), product_data: { name: order.title } },
        },
      ],
      success_url: order.successUrl,
      cancel_url: order.cancelUrl,
    },
    { idempotencyKey: `checkout:${order.purchaseId}` },
  );
  assert(session.url, "an open session of a hosted page has an address");
  return { id: session.id, url: session.url };
}

/** A call that Stripe will never carry out; one that came while the same was under way (409), or too often, may yet. */
const isRefusal = (error: unknown): error is Stripe.errors.StripeError =>
  (error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError) &&
  [400, 402, 404].includes(error.statusCode ?? 0);

async function createRefund(stripe: Stripe, order: RefundOrder): Promise<RefundAnswer> {
  const { paymentIntent, usdNanos, purchaseId, refundId } = order;
  try {
    const refund = await stripe.refunds.create(
      {
        payment_intent: paymentIntent,
        amount: toCents(usdNanos),
        metadata: { purchase_id: purchaseId, refund_id: refundId },
      },
      { idempotencyKey: `refund:${refundId}` },
    );
    return { outcome: "made", refund: RefundFact.parse(refund) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { outcome: "refused", reason: error.code ?? "invalid_request" };
  }
}

async function* listEvents(stripe: Stripe, sinceMs: number): AsyncIterable<StripeEvent> {
  const query = { types: [...HANDLED_EVENTS], created: { gte: Math.floor(sinceMs / 1000) }, limit: LIST_MAX };
  for await (const event of stripe.events.list(query)) yield StripeEvent.parse(event);
}

/** Stripe, or what stands in for it at another address. Errors: those of the SDK; each call is tried three times. */
export function openStripe(options: StripeOptions): StripeApi {
  const stripe = openClient(options);
  return {
    createSession: (order) => createSession(stripe, order),
    findSession: (id) => orNull(stripe.checkout.sessions.retrieve(id)),
    async findSessionOf(paymentIntent) {
      const { data } = await stripe.checkout.sessions.list({ payment_intent: paymentIntent, limit: 1 });
      return data[0] ?? null;
    },
    findCharge: (id) => orNull(stripe.charges.retrieve(id)),
    findIntent: (id) => orNull(stripe.paymentIntents.retrieve(id, { expand: ["latest_charge.balance_transaction"] })),
    findRefund: (id) => orNull(stripe.refunds.retrieve(id)),
    async listRefunds(of) {
      const query = "charge" in of ? { charge: of.charge } : { payment_intent: of.paymentIntent };
      return (await stripe.refunds.list({ ...query, limit: LIST_MAX })).data;
    },
    findDispute: (id) => orNull(stripe.disputes.retrieve(id)),
    createRefund: (order) => createRefund(stripe, order),
    listEvents: (sinceMs) => listEvents(stripe, sinceMs),
  };
}

/**
 * An event that Stripe signed, from the request's raw body.
 *
 * Errors: `ScripError` invalid_request where the signature is missing, another's, or older than five minutes.
 */
export function verifyStripeEvent(rawBody: string, signature: string | null, secret: string): StripeEvent {
  try {
    return StripeEvent.parse(Stripe.webhooks.constructEvent(rawBody, signature ?? "", secret, TOLERANCE_S));
  } catch (error) {
    throw new ScripError("invalid_request", "The event isn't signed by Stripe for this endpoint.", { cause: error });
  }
}
