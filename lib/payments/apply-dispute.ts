import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ZERO_MICROS } from "../money";
import type { Applied } from "./apply-session";
import { giveBack, takeBack } from "./post-purchase";
import { type Dispute, isWarning, type Purchase, stateAfterPayment, takenOf } from "./purchase";
import { closeDispute, findDisputes, findRefunds, insertDispute, updatePurchase } from "./purchase.store";
import { shareOf } from "./refund";
import type { DisputeFact } from "./stripe-facts";
import { takeWhatStands } from "./take-what-stands";

/** A dispute not known yet: its part of the purchase goes, unless it is over and won. */
async function openDispute(tx: Tx, ctx: Ctx, purchase: Purchase, fact: DisputeFact): Promise<void> {
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  const usdNanos = fact.usdNanos ?? purchase.usdNanos;
  const share = shareOf(purchase, usdNanos, takenOf({ refunds, disputes }));
  const takenMicros = fact.state === "won" || purchase.lot === null ? ZERO_MICROS : share;
  const key = `dispute:${fact.id}:opened`;
  const debit = await takeBack(tx, ctx, { purchase, kind: "dispute", key, amountMicros: takenMicros });
  await insertDispute(tx, ctx.nowMs, {
    id: fact.id,
    purchaseId: purchase.id,
    usdNanos,
    takenMicros,
    debit,
    state: fact.state,
  });
}

async function winDispute(tx: Tx, ctx: Ctx, purchase: Purchase, dispute: Dispute): Promise<void> {
  const key = `dispute:${dispute.id}:won`;
  await closeDispute(tx, ctx.nowMs, dispute.id, "won");
  await giveBack(tx, ctx, { purchase, kind: "dispute_won", key, debit: dispute.debit });
}

/** News of a warning comes late where a dispute of the payment was won before: then it is over too. */
function withoutLateWarning(fact: DisputeFact, before: readonly Dispute[]): DisputeFact {
  const isLate = isWarning(fact) && before.some((one) => !isWarning(one) && one.state === "won");
  return isLate ? { ...fact, state: "won" } : fact;
}

/**
 * Bring a purchase, which this transaction holds, to where a dispute of it is.
 *
 * Open and lost, its credits are taken back; won, they are restored exactly, with those that an early warning of it took,
 * save what other refunds and disputes stand for.
 */
export async function applyDispute(tx: Tx, ctx: Ctx, purchase: Purchase, told: DisputeFact): Promise<Applied> {
  const before = await findDisputes(tx, purchase.id);
  const fact = withoutLateWarning(told, before);
  const known = before.find(({ id }) => id === fact.id);
  if (known && (known.state !== "open" || fact.state === "open")) return { outcome: "unchanged" };
  if (!known) await openDispute(tx, ctx, purchase, fact);
  else if (fact.state === "won") await winDispute(tx, ctx, purchase, known);
  else await closeDispute(tx, ctx.nowMs, fact.id, fact.state);

  if (fact.state === "won") {
    const warnings = (await findDisputes(tx, purchase.id)).filter((one) => isWarning(one) && one.state === "open");
    for (const warning of warnings) await winDispute(tx, ctx, purchase, warning);
    await takeWhatStands(tx, ctx, purchase, `dispute:${fact.id}:won`);
  }
  const disputes = await findDisputes(tx, purchase.id);
  await updatePurchase(tx, purchase.id, { state: stateAfterPayment({ purchase, disputes }) });
  return { outcome: "changed" };
}
