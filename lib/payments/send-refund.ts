import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import { toPublicId, type Uuid } from "../ids";
import { advanceRefund, newsOf, type RefundNews } from "./apply-refund";
import type { Applied } from "./apply-session";
import { isFrozen, type Purchase, type Refund } from "./purchase";
import { findPurchase, findRefund, findRefunds, lockPurchase } from "./purchase.store";
import type { RefundAnswer, StripeApi } from "./stripe-api";
import { RefundFact } from "./stripe-facts";

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
