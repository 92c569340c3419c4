import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { type Lot, readLots } from "../ledger";
import { enqueue } from "../queue/outbox";
import { readSettings } from "../settings";
import { advanceRefund, newsOf, type RefundNews } from "./apply-refund";
import { takeFromLot, updateTotals } from "./claims";
import { type Applied, isFrozen, type Purchase, type Refund } from "./purchase";
import { mayAskForRefund, refundableOf, type RefundRules } from "./purchase-view";
import { findPurchase, findRefund, findRefunds, insertRefund, lockPurchase } from "./purchase.store";
import type { RefundAnswer, StripeApi } from "./stripe-api";
import { RefundFact } from "./stripe-facts";

/** The job that has Stripe send a requested refund: `{refund}`. */
export const REFUND_TOPIC = "refund_purchase";

const refused = (message: string): ScripError => new ScripError("not_refundable", message);

/** Errors: `state_conflict` where a refund was asked for before, `not_refundable` where none can be had. */
function requireRefundable(purchase: Purchase, rules: RefundRules, nowMs: number): void {
  if (purchase.refundRequestedMs !== null) {
    throw new ScripError("state_conflict", "A refund of this purchase was asked for already: each has one.");
  }
  if (mayAskForRefund(purchase, rules, nowMs)) return;
  if (purchase.state !== "credited") {
    throw refused(`A purchase that is ${purchase.state.replace("_", " ")} can't be refunded here. Ask support.`);
  }
  throw refused(`Purchases can be refunded for ${rules.refund_days} days. Ask support.`);
}

/** All that is left of the lot. Errors: `state_conflict` while requests in progress hold part of it. */
async function takeRest(tx: Tx, ctx: Ctx, purchase: Purchase, lot: Lot, refundId: Uuid): Promise<Uuid | null> {
  if (lot.remainingMicros === 0n) return null;
  const key = `refund:${refundId}`;
  const taken = await takeFromLot(tx, ctx, { purchase, key, amountMicros: lot.remainingMicros });
  if (taken.takenMicros === lot.remainingMicros) return taken.transfer;
  throw new ScripError(
    "state_conflict",
    "Requests in progress hold credits of this purchase. Let them end, then ask again.",
  );
}

/**
 * Refund a purchase to its buyer: once, within the refund's days, what was paid less what was spent of it. All that is
 * left of the purchase goes back at once; Stripe is asked for the money after the commit. A refund that failed doesn't
 * count: its buyer has the same days again from then on.
 *
 * Rounding: dollars down to the cent.
 * Errors: `ScripError` not_found, for another's too; not_refundable; state_conflict where it was asked for already, or
 * while requests in progress hold part of it.
 */
export async function requestRefund(
  tx: Tx,
  ctx: Ctx,
  { userId, purchaseId }: { userId: Uuid; purchaseId: Uuid },
): Promise<void> {
  const purchase = await lockPurchase(tx, purchaseId);
  if (purchase?.userId !== userId) throw new ScripError("not_found", "There is no purchase of this id.");
  const rules = await readSettings(tx);
  requireRefundable(purchase, rules, ctx.nowMs);
  const lot = purchase.lot === null ? undefined : (await readLots(tx, [purchase.lot])).get(purchase.lot);
  assert(lot, "a credited purchase has a lot");
  const usdNanos = refundableOf(purchase, lot, rules);
  if (usdNanos === 0n)
    throw refused("As much was spent of this purchase as was paid for it: nothing is left to refund.");

  const id = newUuid(ctx.nowMs);
  const debit = await takeRest(tx, ctx, purchase, lot, id);
  await insertRefund(tx, {
    id,
    purchaseId,
    stripeRefund: null,
    usdNanos,
    takenMicros: lot.remainingMicros,
    debit,
    state: "requested",
    isRequested: true,
    problem: null,
    createdMs: ctx.nowMs,
    failedMs: null,
  });
  await updateTotals(tx, purchase);
  await enqueue(tx, REFUND_TOPIC, { refund: id });
}

/** Stripe forgets idempotency keys after a day: from here on what was made is looked for first. */
const KEY_TRUSTED_MS = 20 * 3_600_000;

/** A refund's name at Stripe. */
const nameOf = ({ id }: Pick<Refund, "id">): string => toPublicId("refund", id);

/** What Stripe made of a purchase's refunds that we count as not made: this one, and earlier tries that were given up. */
async function findMade(stripe: StripeApi, paymentIntent: string, refunds: readonly Refund[]): Promise<RefundFact[]> {
  const names = refunds.filter(({ stripeRefund }) => stripeRefund === null).map(nameOf);
  const all = (await stripe.listRefunds({ paymentIntent })).flatMap((one) => RefundFact.safeParse(one).data ?? []);
  return all.filter(({ refundId }) => refundId !== null && names.includes(refundId));
}

/** A refund of a purchase that may be paid for twice is looked for before it is sent. */
function mayBeMade(purchase: Purchase, refund: Refund, refunds: readonly Refund[], nowMs: number): boolean {
  const isOld = nowMs - refund.createdMs > KEY_TRUSTED_MS;
  const wasGivenUp = refunds.some(({ state, stripeRefund }) => state === "failed" && stripeRefund === null);
  return isOld || wasGivenUp || isFrozen(purchase);
}

type Try = { purchase: Purchase; refund: Refund; paymentIntent: string };

/** What is known of a refund without sending it; `null` where it may go out. */
async function foreseeAnswer(reader: Tx, stripe: StripeApi, one: Try, nowMs: number): Promise<RefundAnswer | null> {
  const { purchase, refund, paymentIntent } = one;
  const refunds = await findRefunds(reader, purchase.id);
  if (!mayBeMade(purchase, refund, refunds, nowMs)) return null;
  const made = await findMade(stripe, paymentIntent, refunds);
  const own = made.find(({ refundId }) => refundId === nameOf(refund));
  if (own) return { outcome: "made", refund: own };
  // The event of the earlier one brings its purchase up to date.
  if (made.some(({ state }) => state !== "failed")) return { outcome: "refused", reason: "refunded_before" };
  return isFrozen(purchase) ? { outcome: "refused", reason: "more_than_paid" } : null;
}

/**
 * Have Stripe send a requested refund, once however often this is called. `null`: it was sent before. A purchase of which
 * more would go back than was paid has none sent.
 *
 * The network: never inside a transaction. Errors: those of Stripe's SDK where it doesn't answer; call again.
 */
export async function sendRefund(
  reader: Tx,
  stripe: StripeApi,
  { refundId, nowMs }: { refundId: Uuid; nowMs: number },
): Promise<RefundAnswer | null> {
  const refund = await findRefund(reader, refundId);
  assert(refund, `no refund ${refundId}`);
  if (refund.state !== "requested") return null;
  const purchase = await findPurchase(reader, refund.purchaseId);
  assert(purchase?.paymentIntent, "what is refunded was paid");
  const { paymentIntent } = purchase;
  const foreseen = await foreseeAnswer(reader, stripe, { purchase, refund, paymentIntent }, nowMs);
  if (foreseen) return foreseen;
  const answer = await stripe.createRefund({
    paymentIntent,
    usdNanos: refund.usdNanos,
    purchaseId: toPublicId("purchase", purchase.id),
    refundId: nameOf(refund),
  });
  if (answer.outcome === "made") return answer;
  // What says no may be about a try whose answer was lost.
  const [made] = await findMade(stripe, paymentIntent, [refund]);
  return made ? { outcome: "made", refund: made } : answer;
}

const newsOfAnswer = (answer: RefundAnswer): RefundNews =>
  answer.outcome === "made" ? newsOf(answer.refund) : { state: "failed", stripeRefund: null, problem: answer.reason };

/** Note what Stripe made of a requested refund. Refused for good, its credits come back, and its buyer may ask again. */
export async function settleRefund(
  tx: Tx,
  ctx: Ctx,
  { refundId, answer }: { refundId: Uuid; answer: RefundAnswer },
): Promise<Applied> {
  const found = await findRefund(tx, refundId);
  const purchase = found && (await lockPurchase(tx, found.purchaseId));
  // Read again: an event of it may have come while the purchase was waited for.
  const refund = await findRefund(tx, refundId);
  assert(purchase && refund, `no refund ${refundId}`);
  if (answer.outcome === "refused" && refund.state !== "requested") return { outcome: "unchanged" };
  return advanceRefund(tx, ctx, purchase, { refund, news: newsOfAnswer(answer) });
}
