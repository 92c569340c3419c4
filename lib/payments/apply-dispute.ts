import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ZERO_MICROS } from "../money";
import { giveBack, reapplyOutstandingClaims, takeBack, updateTotals } from "./claims";
import { type Applied, type Dispute, isWarning, type Purchase, shareOf, takenOf } from "./purchase";
import { closeDispute, findDisputes, findRefunds, insertDispute, updateDispute } from "./purchase.store";
import type { DisputeFact } from "./stripe-facts";

/** Takes a dispute's part of the purchase. Returns what it took, and by which transfer. */
async function takeShare(
  tx: Tx,
  ctx: Ctx,
  purchase: Purchase,
  { id, usdNanos }: Pick<Dispute, "id" | "usdNanos">,
): Promise<Pick<Dispute, "takenMicros" | "debit">> {
  if (purchase.lot === null) return { takenMicros: ZERO_MICROS, debit: null };
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  const takenMicros = shareOf(purchase, usdNanos, takenOf({ refunds, disputes }));
  const key = `dispute:${id}:opened`;
  return { takenMicros, debit: await takeBack(tx, ctx, { purchase, kind: "dispute", key, amountMicros: takenMicros }) };
}

/** A dispute not known yet: its part of the purchase goes where it took money, and is frozen where it may. */
async function openDispute(tx: Tx, ctx: Ctx, purchase: Purchase, fact: DisputeFact): Promise<void> {
  const usdNanos = fact.usdNanos ?? purchase.paidNanos ?? purchase.usdNanos;
  const isTaking = fact.isWithdrawn && fact.state !== "won";
  const taken = isTaking
    ? await takeShare(tx, ctx, purchase, { id: fact.id, usdNanos })
    : { takenMicros: ZERO_MICROS, debit: null };
  await insertDispute(tx, ctx.nowMs, {
    id: fact.id,
    purchaseId: purchase.id,
    usdNanos,
    ...taken,
    state: fact.state,
    isWithdrawn: fact.isWithdrawn,
    releasedMs: null,
  });
}

async function winDispute(tx: Tx, ctx: Ctx, purchase: Purchase, dispute: Dispute): Promise<void> {
  const key = `dispute:${dispute.id}:won`;
  await closeDispute(tx, ctx.nowMs, dispute.id, "won");
  await giveBack(tx, ctx, { purchase, kind: "dispute_won", key, debit: dispute.debit });
}

/** Bring a dispute that is known, and was open, to where it is: over, or an inquiry no more. */
async function advanceDispute(
  tx: Tx,
  ctx: Ctx,
  purchase: Purchase,
  { known, fact }: { known: Dispute; fact: DisputeFact },
): Promise<void> {
  if (fact.isWithdrawn && !known.isWithdrawn) {
    // One of before freezes were made may have taken its part as an inquiry.
    const isTaking = fact.state !== "won" && known.debit === null;
    const taken = isTaking ? await takeShare(tx, ctx, purchase, known) : {};
    await updateDispute(tx, known.id, { ...taken, isWithdrawn: true });
  }
  if (fact.state === "won") await winDispute(tx, ctx, purchase, known);
  else if (fact.state === "lost") await closeDispute(tx, ctx.nowMs, known.id, fact.state);
}

/** News of a warning comes late where a dispute of the payment was won before: then it is over too. */
function withoutLateWarning(fact: DisputeFact, before: readonly Dispute[]): DisputeFact {
  const isLate = isWarning(fact) && before.some((one) => !isWarning(one) && one.state === "won");
  return isLate ? { ...fact, state: "won" } : fact;
}

/**
 * Bring a purchase, which this transaction holds, to where a dispute of it is.
 *
 * While it has taken no money, as an inquiry or an early warning of fraud, its credits are frozen. Then they are taken back; won,
 * they are restored exactly, save what other refunds and disputes stand for. With refunds it may come to more than was paid: `quarantined`.
 */
export async function applyDispute(tx: Tx, ctx: Ctx, purchase: Purchase, told: DisputeFact): Promise<Applied> {
  const before = await findDisputes(tx, purchase.id);
  const fact = withoutLateWarning(told, before);
  const known = before.find(({ id }) => id === fact.id);
  const isNews = fact.state !== "open" || (fact.isWithdrawn && !known?.isWithdrawn);
  if (known && (known.state !== "open" || !isNews)) return { outcome: "unchanged" };
  if (known) await advanceDispute(tx, ctx, purchase, { known, fact });
  else await openDispute(tx, ctx, purchase, fact);

  if (fact.state === "won") {
    const warnings = (await findDisputes(tx, purchase.id)).filter((one) => isWarning(one) && one.state === "open");
    for (const warning of warnings) await winDispute(tx, ctx, purchase, warning);
    await reapplyOutstandingClaims(tx, ctx, purchase, `dispute:${fact.id}:won`);
  }
  return updateTotals(tx, purchase);
}
