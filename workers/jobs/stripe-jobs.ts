import { systemCtx } from "../../lib/ctx";
import { toPublicId, type Uuid } from "../../lib/ids";
import { lastLedgerCheck } from "../../lib/verification";
import {
  type Applied,
  applySession,
  applyStripeEvent,
  fetchSession,
  fetchStripeFacts,
  recordFees,
  recoverMissedEvents,
  recoverRecentEvents,
  sendRefund,
  settleRefund,
  type StripeApi,
} from "../../lib/payments";
import { wasProcessed, type Job, processOnce } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import { type JobContext, raiseAlert } from "./loop";

/** What the jobs of purchases work with; no Stripe where the environment names none. */
export type StripeContext = JobContext & { stripe: StripeApi | null };

function requireStripe({ stripe }: StripeContext): StripeApi {
  if (stripe) return stripe;
  throw new Error("STRIPE_SECRET_KEY is missing: purchases wait until it is set");
}

function tell({ log }: JobContext, event: string, applied: Applied): void {
  switch (applied.outcome) {
    case "quarantined":
      return raiseAlert(log, "purchase_quarantined", { event, reason: applied.reason });
    case "refund_failed":
      return raiseAlert(log, "refund_refused", { event, reason: applied.reason });
    case "ignored":
      return log.warn({ event, reason: applied.reason }, "an event of Stripe is about nothing of ours");
    case "credited":
    case "changed":
    case "unchanged":
      return log.info({ event, outcome: applied.outcome }, "what Stripe said was acted on");
  }
}

/** Brings an order to where Stripe says that it is, because of an event (`{event}`). */
export async function stripeEventJob(context: StripeContext, { payload, outboxId }: Job): Promise<void> {
  const { database } = context;
  if (outboxId === null || (await wasProcessed(database, outboxId))) return;
  const eventId = String(payload["event"]);
  const facts = await fetchStripeFacts(database.reader, requireStripe(context), eventId);
  let applied: Applied | undefined;
  await processOnce(database, outboxId, async (tx) => {
    applied = await applyStripeEvent(tx, systemCtx("stripe", nowMs()), { eventId, facts });
  });
  if (applied) tell(context, eventId, applied);
}

/** Brings an order to where its session is, because its buyer came back before any event did (`{purchase}`). */
export async function stripeSessionJob(context: StripeContext, { payload, outboxId }: Job): Promise<void> {
  const { database } = context;
  if (outboxId === null || (await wasProcessed(database, outboxId))) return;
  const purchaseId = String(payload["purchase"]) as Uuid; // written by requestSessionCheck
  const session = await fetchSession(database.reader, requireStripe(context), purchaseId);
  let applied: Applied | undefined;
  await processOnce(database, outboxId, async (tx) => {
    if (session) applied = await applySession(tx, systemCtx("stripe", nowMs()), { session, hasFailed: false });
  });
  if (applied) tell(context, toPublicId("purchase", purchaseId), applied);
}

/** No money goes out while the ledger doesn't add up. */
async function requireSoundLedger({ database }: JobContext): Promise<void> {
  const check = await lastLedgerCheck(database.reader);
  if (!check || check.broken.length === 0) return;
  throw new Error(
    `the ledger violates ${check.broken.map(({ invariant }) => invariant).join(", ")}: no money goes out until it verifies`,
  );
}

/** Has Stripe send the money of a refund that was asked for (`{refund}`). */
export async function refundPurchaseJob(context: StripeContext, { payload, outboxId }: Job): Promise<void> {
  const { database } = context;
  if (outboxId === null || (await wasProcessed(database, outboxId))) return;
  await requireSoundLedger(context);
  const refundId = String(payload["refund"]) as Uuid; // written by requestRefund
  const answer = await sendRefund(database.reader, requireStripe(context), { refundId, nowMs: nowMs() });
  let applied: Applied | undefined;
  await processOnce(database, outboxId, async (tx) => {
    if (answer) applied = await settleRefund(tx, systemCtx("refund_purchase", nowMs()), { refundId, answer });
  });
  if (applied) tell(context, toPublicId("refund", refundId), applied);
}

/** Acts on events of Stripe that never reached us. */
export async function recoverStripeEventsJob({ database, log, stripe }: StripeContext): Promise<void> {
  if (!stripe) return;
  const { missed, expired } = await recoverMissedEvents(database, stripe, nowMs());
  if (missed > 0) log.warn({ missed }, "events of Stripe had not reached us");
  if (expired > 0) log.info({ expired }, "orders without a pay page were let go");
}

/** Acts on the latest events of Stripe that never reached us. */
export async function recoverRecentEventsJob({ database, log, stripe }: StripeContext): Promise<void> {
  if (!stripe) return;
  const missed = await recoverRecentEvents(database, stripe, nowMs());
  if (missed > 0) log.warn({ missed }, "events of Stripe had not reached us within minutes");
}

/** Asks Stripe what it kept of payments. */
export async function recordFeesJob({ database, log, stripe }: StripeContext): Promise<void> {
  if (!stripe) return;
  const told = await recordFees(database, stripe, nowMs());
  if (told > 0) log.info({ told }, "what Stripe kept of payments is known");
}
