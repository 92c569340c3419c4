import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { fromPublicId, newUuid } from "../ids";
import { nanos, ZERO_MICROS } from "../money";
import type { Applied } from "./apply-session";
import { giveBack, takeBack } from "./post-purchase";
import { type Purchase, type Refund, type RefundState, stateAfterPayment, takenOf } from "./purchase";
import { findDisputes, findRefunds, insertRefund, updatePurchase, updateRefund } from "./purchase.store";
import { shareOf } from "./refund";
import type { RefundFact } from "./stripe-facts";
import { takeWhatStands } from "./take-what-stands";

/** How far a refund is: news of an earlier stage changes nothing. A bank may still send back what had succeeded. */
const STAGE: Record<RefundState, number> = { requested: 0, pending: 1, succeeded: 2, failed: 3 };

/** A refund that somebody made at Stripe: credits go back in proportion. */
async function takeRefund(tx: Tx, ctx: Ctx, purchase: Purchase, fact: RefundFact): Promise<Applied> {
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  const hasFailed = fact.state === "failed";
  const share = shareOf(purchase, fact.usdNanos, takenOf({ refunds, disputes }));
  const takenMicros = hasFailed || purchase.lot === null ? ZERO_MICROS : share;
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
    usdNanos: fact.usdNanos,
    takenMicros,
    debit,
    state: fact.state,
    isRequested: false,
    createdMs: ctx.nowMs,
  });
  if (hasFailed) return { outcome: "changed" };
  const refunded = await updatePurchase(tx, purchase.id, {
    refundedNanos: nanos(purchase.refundedNanos + fact.usdNanos),
  });
  await updatePurchase(tx, purchase.id, { state: stateAfterPayment({ purchase: refunded, disputes }) });
  return { outcome: "changed" };
}

/** Bring a refund that is known on to where it is; one that failed gives its credits back. */
export async function advanceRefund(
  tx: Tx,
  ctx: Ctx,
  purchase: Purchase,
  { refund, state, stripeRefund }: { refund: Refund; state: RefundState; stripeRefund: string | null },
): Promise<Applied> {
  if (STAGE[state] <= STAGE[refund.state] && refund.stripeRefund !== null) return { outcome: "unchanged" };
  const next = STAGE[state] > STAGE[refund.state] ? state : refund.state;
  await updateRefund(tx, refund.id, { state: next, stripeRefund: refund.stripeRefund ?? stripeRefund });
  if (next !== "failed" || refund.state === "failed") return { outcome: "changed" };
  const key = `refund:${refund.id}:failed`;
  await giveBack(tx, ctx, { purchase, kind: "refund", key, debit: refund.debit });
  await takeWhatStands(tx, ctx, purchase, key);
  const left = await updatePurchase(tx, purchase.id, {
    refundedNanos: nanos(purchase.refundedNanos - refund.usdNanos),
  });
  const disputes = await findDisputes(tx, purchase.id);
  await updatePurchase(tx, purchase.id, { state: stateAfterPayment({ purchase: left, disputes }) });
  return { outcome: "changed" };
}

/** Bring a purchase, which this transaction holds, to where a refund of it is. */
export async function applyRefund(tx: Tx, ctx: Ctx, purchase: Purchase, fact: RefundFact): Promise<Applied> {
  const ownId = fact.refundId === null ? null : fromPublicId("refund", fact.refundId);
  const refunds = await findRefunds(tx, purchase.id);
  const refund = refunds.find((one) => one.stripeRefund === fact.id || one.id === ownId);
  if (!refund) return takeRefund(tx, ctx, purchase, fact);
  return advanceRefund(tx, ctx, purchase, { refund, state: fact.state, stripeRefund: fact.id });
}
