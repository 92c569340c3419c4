import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { fromPublicId, newUuid } from "../ids";
import { type Micros, micros, ZERO_MICROS } from "../money";
import { giveBack, reapplyOutstandingClaims, takeBack, updateTotals } from "./claims";
import { type Applied, type Purchase, type Refund, type RefundState, shareOf, takenOf } from "./purchase";
import { findDisputes, findRefunds, insertRefund, updateRefund } from "./purchase.store";
import { CURRENCY, type RefundFact } from "./stripe-facts";

/** How far a refund is: news of an earlier stage changes nothing. A bank may still send back what had succeeded. */
const STAGE: Record<RefundState, number> = { requested: 0, pending: 1, succeeded: 2, failed: 3 };

/** What became of a refund: its state, its id at Stripe once it has one, and why it failed if it did. */
export type RefundNews = { state: RefundState; stripeRefund: string | null; problem: string | null };

/** What Stripe says of a refund, as news of it. */
export const newsOf = ({ id, state, problem }: RefundFact): RefundNews => ({ state, stripeRefund: id, problem });

/** The credits that claims other than a failed one leave of a purchase. */
async function untakenOf(tx: Tx, purchase: Purchase): Promise<Micros> {
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  return micros(purchase.creditsMicros - takenOf({ refunds, disputes }));
}

const failureOf = ({ state, problem }: RefundNews, nowMs: number): Pick<Refund, "problem" | "failedMs"> =>
  state === "failed" ? { problem, failedMs: nowMs } : { problem: null, failedMs: null };

/** A refund that somebody made at Stripe: credits go back in proportion. */
async function takeRefund(tx: Tx, ctx: Ctx, purchase: Purchase, fact: RefundFact): Promise<Applied> {
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  // Of credits that were paid for in dollars, an amount in another currency counts as the whole payment.
  const isForeign = fact.currency !== CURRENCY && purchase.creditedMs !== null;
  const usdNanos = isForeign ? purchase.usdNanos : fact.amountNanos;
  const share = shareOf(purchase, usdNanos, takenOf({ refunds, disputes }));
  const takenMicros = fact.state === "failed" || purchase.lot === null ? ZERO_MICROS : share;
  const debit = await takeBack(tx, ctx, {
    purchase,
    kind: "refund",
    key: `refund:${fact.id}`,
    amountMicros: takenMicros,
  });
  await insertRefund(tx, {
    id: newUuid(ctx.nowMs),
    purchaseId: purchase.id,
    stripeRefund: fact.id,
    usdNanos,
    takenMicros,
    debit,
    state: fact.state,
    isRequested: false,
    ...failureOf(newsOf(fact), ctx.nowMs),
    createdMs: ctx.nowMs,
  });
  return updateTotals(tx, purchase);
}

/** A refund that was given up, and that Stripe made all the same: its credits go again, as far as they are left. */
async function adoptRefund(
  tx: Tx,
  ctx: Ctx,
  purchase: Purchase,
  { refund, news }: { refund: Refund; news: RefundNews },
): Promise<Applied> {
  const left = await untakenOf(tx, purchase);
  const takenMicros = refund.takenMicros < left ? refund.takenMicros : left;
  const key = `refund:${refund.id}:adopted`;
  const debit = await takeBack(tx, ctx, { purchase, kind: "refund", key, amountMicros: takenMicros });
  const { state, stripeRefund } = news;
  await updateRefund(tx, refund.id, { state, stripeRefund, takenMicros, debit, problem: null, failedMs: null });
  return updateTotals(tx, purchase);
}

async function failRefund(tx: Tx, ctx: Ctx, purchase: Purchase, refund: Refund, news: RefundNews): Promise<Applied> {
  // A refund can fail twice: refused first, and sent back by the bank when Stripe had made it all the same.
  const key = `refund:${refund.id}:${(refund.stripeRefund ?? news.stripeRefund) ? "failed" : "refused"}`;
  await giveBack(tx, ctx, { purchase, kind: "refund", key, debit: refund.debit });
  await reapplyOutstandingClaims(tx, ctx, purchase, key);
  await updateTotals(tx, purchase);
  return { outcome: "refund_failed", reason: news.problem ?? "failed" };
}

/** Bring a refund that is known on to where it is; one that failed gives its credits back, and its buyer's right. */
export async function advanceRefund(
  tx: Tx,
  ctx: Ctx,
  purchase: Purchase,
  { refund, news }: { refund: Refund; news: RefundNews },
): Promise<Applied> {
  const isNamed = refund.stripeRefund === null && news.stripeRefund !== null;
  if (refund.state === "failed" && isNamed && news.state !== "failed") {
    return adoptRefund(tx, ctx, purchase, { refund, news });
  }
  const isNews = STAGE[news.state] > STAGE[refund.state];
  if (!isNews && !isNamed) return { outcome: "unchanged" };
  const state = isNews ? news.state : refund.state;
  await updateRefund(tx, refund.id, {
    stripeRefund: refund.stripeRefund ?? news.stripeRefund,
    ...(isNews && { state, ...failureOf(news, ctx.nowMs) }),
  });
  return isNews && state === "failed" ? failRefund(tx, ctx, purchase, refund, news) : { outcome: "changed" };
}

/** Bring a purchase, which this transaction holds, to where a refund of it is. */
export async function applyRefund(tx: Tx, ctx: Ctx, purchase: Purchase, fact: RefundFact): Promise<Applied> {
  const ownId = fact.refundId === null ? null : fromPublicId("refund", fact.refundId);
  const refunds = await findRefunds(tx, purchase.id);
  const refund = refunds.find((one) => one.stripeRefund === fact.id || one.id === ownId);
  if (!refund) return takeRefund(tx, ctx, purchase, fact);
  return advanceRefund(tx, ctx, purchase, { refund, news: newsOf(fact) });
}
