import type { Tx } from "../db";
import { assert } from "../errors";
import { findPurchaseIdOf } from "./purchase.store";
import type { StripeApi } from "./stripe-api";
import { findEvent } from "./stripe-event.store";
import { ChargeFact, DisputeFact, RefundFact, SessionFact, type StripeEvent, WarningFact } from "./stripe-facts";

/** What Stripe says now of what an event is about. */
export type StripeFacts = {
  session: SessionFact | null;
  /** The event says that the session's payment failed for good; a session that is paid knows better. */
  hasFailed: boolean;
  refunds: readonly RefundFact[];
  dispute: DisputeFact | null;
};

const NOTHING: StripeFacts = { session: null, hasFailed: false, refunds: [], dispute: null };

async function fetchRefunds(stripe: StripeApi, event: StripeEvent): Promise<RefundFact[]> {
  const { object } = event.data;
  if (event.type === "charge.refunded") {
    return (await stripe.listRefunds({ charge: object.id })).map((refund) => RefundFact.parse(refund));
  }
  return [RefundFact.parse((await stripe.findRefund(object.id)) ?? object)];
}

/** The dispute, with the payment that it is about: an older one names its charge only. */
async function fetchDispute(stripe: StripeApi, event: StripeEvent): Promise<DisputeFact> {
  const { object } = event.data;
  const isWarning = event.type.startsWith("radar.");
  const fact = isWarning
    ? WarningFact.parse(object)
    : DisputeFact.parse((await stripe.findDispute(object.id)) ?? object);
  if (fact.paymentIntent !== null || fact.charge === null) return fact;
  const charge = ChargeFact.safeParse(await stripe.findCharge(fact.charge));
  return { ...fact, paymentIntent: charge.data?.payment_intent ?? null };
}

/** The session of a payment that no purchase is known by yet: what took the money may be told before what brought it. */
async function fetchSessionOf(
  reader: Tx,
  stripe: StripeApi,
  facts: Pick<StripeFacts, "refunds" | "dispute">,
): Promise<SessionFact | null> {
  const paymentIntent = facts.dispute?.paymentIntent ?? facts.refunds[0]?.paymentIntent ?? null;
  if (paymentIntent === null || (await findPurchaseIdOf(reader, paymentIntent))) return null;
  const session = await stripe.findSessionOf(paymentIntent);
  return session === null ? null : SessionFact.parse(session);
}

/**
 * Ask Stripe what is true now of a recorded event's object: what the event itself says is as old as its delivery. An
 * object that Stripe has no more is taken as the signed event told it.
 *
 * The network: never inside a transaction. Errors: those of Stripe's SDK; the event is then looked at again later.
 */
export async function fetchStripeFacts(reader: Tx, stripe: StripeApi, eventId: string): Promise<StripeFacts> {
  const event = await findEvent(reader, eventId);
  assert(event, `no Stripe event ${eventId}`);
  const { type, data } = event;
  if (type.startsWith("checkout.session.")) {
    const session = SessionFact.parse((await stripe.findSession(data.object.id)) ?? data.object);
    return { ...NOTHING, session, hasFailed: type.endsWith("payment_failed") };
  }
  const isDispute = type.startsWith("charge.dispute.") || type.startsWith("radar.");
  const facts = isDispute
    ? { ...NOTHING, dispute: await fetchDispute(stripe, event) }
    : { ...NOTHING, refunds: await fetchRefunds(stripe, event) };
  return { ...facts, session: await fetchSessionOf(reader, stripe, facts) };
}
