import { type Ctx, systemCtx } from "../ctx";
import type { Database, Tx } from "../db";
import { assert } from "../errors";
import { divideDown, nanos } from "../money";
import { enqueue } from "../queue/outbox";
import { applyDispute } from "./apply-dispute";
import { applyRefund } from "./apply-refund";
import { applySession } from "./apply-session";
import type { Applied, Purchase } from "./purchase";
import { expireOrders, findPurchaseIdOf, findWithoutFee, lockPurchase, setFee } from "./purchase.store";
import type { StripeApi } from "./stripe-api";
import { advanceCursor, findEvent, insertEvent, markEventHandled, readCursorMs } from "./stripe-event.store";
import {
  ChargeFact,
  DisputeFact,
  IntentFact,
  isHandled,
  RefundFact,
  SessionFact,
  type StripeEvent,
  trimEvent,
  WarningFact,
} from "./stripe-facts";

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

/** The job that acts on a recorded event: `{event}`. */
export const STRIPE_EVENT_TOPIC = "stripe_event";

/**
 * Keep an event and ask for it to be acted on, once for each id, however often it comes. Returns whether it is new.
 *
 * Events that change no purchase are not kept. What an event says of cards and people is dropped.
 */
export async function recordStripeEvent(tx: Tx, ctx: Ctx, event: StripeEvent): Promise<boolean> {
  if (!isHandled(event.type)) return false;
  if (!(await insertEvent(tx, ctx.nowMs, trimEvent(event)))) return false;
  await enqueue(tx, STRIPE_EVENT_TOPIC, { event: event.id });
  return true;
}

const HOUR_MS = 3_600_000;
/** Stripe keeps its events for thirty days. */
const FIRST_MS = 30 * 24 * HOUR_MS;
/** Events are listed by the time they were made at, which may be long before they can be seen. */
const OVERLAP_MS = 6 * HOUR_MS;
/** A session lives for a day. */
const ORDER_MS = 25 * HOUR_MS;

/** Act on Stripe's events since a time that never reached us. Returns how many. */
async function recordListed(database: Database, stripe: StripeApi, ctx: Ctx, sinceMs: number): Promise<number> {
  let missed = 0;
  for await (const event of stripe.listEvents(sinceMs)) {
    if (await database.inTransaction((tx) => recordStripeEvent(tx, ctx, event))) missed += 1;
  }
  return missed;
}

/** More than two turns of the job that asks for them. */
const RECENT_MS = 15 * 60_000;

/**
 * Act on Stripe's latest events that never reached us: somebody may be waiting for their credits. What it misses the list without
 * a gap finds. Returns how many were missed. Errors: those of Stripe's SDK.
 */
export const recoverRecentEvents = (database: Database, stripe: StripeApi, nowMs: number): Promise<number> =>
  recordListed(database, stripe, systemCtx("recover-recent-events", nowMs), nowMs - RECENT_MS);

/**
 * List Stripe's events since the last time without a gap and act on those that never reached us; let orders go that
 * never got a session. Returns how many were missed and how many went.
 *
 * The mark moves on when the whole list was read: whatever cuts this off, the next time begins where the last one did.
 */
export async function recoverMissedEvents(
  database: Database,
  stripe: StripeApi,
  nowMs: number,
): Promise<{ missed: number; expired: number }> {
  const ctx = systemCtx("recover-missed-events", nowMs);
  const cursorMs = await readCursorMs(database.reader);
  const missed = await recordListed(
    database,
    stripe,
    ctx,
    cursorMs === null ? nowMs - FIRST_MS : cursorMs - OVERLAP_MS,
  );
  const expired = await database.inTransaction(async (tx) => {
    await advanceCursor(tx, nowMs);
    return expireOrders(tx, nowMs - ORDER_MS);
  });
  return { missed, expired };
}

/** Stripe tells a fee soon after the payment, or never. */
const LOOKED_FOR_MS = 3 * 86_400_000;

/**
 * Ask Stripe what it kept of the payments whose fee isn't known yet, of the last three days. Returns how many it told.
 *
 * The fee is told in the currency that Stripe pays out in, together with the payment: their ratio holds in dollars, too.
 * Rounding: down to a nanodollar. Errors: those of Stripe's SDK; what is left then is asked for the next time.
 */
export async function recordFees(database: Database, stripe: StripeApi, nowMs: number): Promise<number> {
  let told = 0;
  for (const purchase of await findWithoutFee(database.reader, nowMs - LOOKED_FOR_MS)) {
    const intent = await stripe.findIntent(purchase.paymentIntent);
    const kept = intent === null ? null : IntentFact.parse(intent).kept;
    if (kept === null) continue;
    const feeNanos = nanos(divideDown(purchase.paidNanos * kept.fee, kept.amount));
    await database.inTransaction((tx) => setFee(tx, purchase.id, feeNanos));
    told += 1;
  }
  return told;
}

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
