import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { newUuid, type Uuid } from "../ids";
import { type Lot, readLots } from "../ledger";
import { enqueue } from "../queue/enqueue";
import { readSettings } from "../settings";
import { updateTotals } from "./claims";
import { takeFromLot } from "./post-purchase";
import type { Purchase } from "./purchase";
import { insertRefund, lockPurchase } from "./purchase.store";
import { mayAskForRefund, refundableOf, type RefundRules } from "./view-purchase";

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
