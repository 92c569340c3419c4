import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { type Lot, readLots } from "../ledger";
import { micros, type Micros, type Nanos, ZERO_NANOS } from "../money";
import { readSettings, type Settings } from "../settings";
import { type Purchase, refundOf } from "./purchase";
import { findPurchase, findPurchases, type PurchaseFilter } from "./purchase.store";

/** A purchase as its buyer sees it. */
export type PurchaseView = Purchase & {
  /** Credits of it that nobody spent or took back. */
  remainingMicros: Micros;
  /** What its buyer would get back if they asked now; 0 where they can't. */
  refundableNanos: Nanos;
};

export type RefundRules = Pick<Settings, "refund_days" | "usd_per_credit">;
const DAY_MS = 86_400_000;

/**
 * Whether its buyer may still ask for a refund: once, in time, of credits that nothing else took back. One that failed
 * leaves the right as it was, with its days from then on.
 */
export const mayAskForRefund = (purchase: Purchase, rules: RefundRules, nowMs: number): boolean =>
  purchase.state === "credited" &&
  purchase.refundRequestedMs === null &&
  nowMs < Math.max(purchase.paidMs ?? 0, purchase.refundFailedMs ?? 0) + rules.refund_days * DAY_MS;

/** What was spent of a purchase that nothing took back. Units: microcredits. */
const spentOf = (lot: Lot): Micros => micros(lot.grantedMicros - lot.remainingMicros);

/** What its buyer would get back, by what a credit was worth when it was ordered. */
export const refundableOf = (purchase: Purchase, lot: Lot, { usd_per_credit: now }: RefundRules): Nanos =>
  refundOf(purchase.usdNanos, spentOf(lot), purchase.usdPerCredit ?? now);

/** A purchase with what is left of it, and what could be had back. */
function viewPurchase(purchase: Purchase, lot: Lot | null, rules: RefundRules, nowMs: number): PurchaseView {
  const refundableNanos =
    lot && mayAskForRefund(purchase, rules, nowMs) ? refundableOf(purchase, lot, rules) : ZERO_NANOS;
  return { ...purchase, remainingMicros: micros(lot?.remainingMicros ?? 0n), refundableNanos };
}

/** One purchase of a person. Errors: `ScripError` not_found, for another's too. */
export async function getPurchase(
  reader: Tx,
  nowMs: number,
  { userId, purchaseId }: { userId: Uuid; purchaseId: Uuid },
): Promise<PurchaseView> {
  const purchase = await findPurchase(reader, purchaseId);
  if (purchase?.userId !== userId) throw new ScripError("not_found", "There is no purchase of this id.");
  const lots = await readLots(reader, purchase.lot === null ? [] : [purchase.lot]);
  const lot = purchase.lot === null ? null : (lots.get(purchase.lot) ?? null);
  return viewPurchase(purchase, lot, await readSettings(reader), nowMs);
}

/** Purchases as their buyers see them, newest first; `before` is the place of the last one of the page before. */
export async function listPurchases(
  reader: Tx,
  nowMs: number,
  input: PurchaseFilter & { before: { ms: number; id: Uuid } | null; limit: number },
): Promise<PurchaseView[]> {
  const purchases = await findPurchases(reader, input, input.before, input.limit);
  const lots = await readLots(
    reader,
    purchases.flatMap(({ lot }) => (lot === null ? [] : [lot])),
  );
  const rules = await readSettings(reader);
  return purchases.map((purchase) =>
    viewPurchase(purchase, purchase.lot === null ? null : (lots.get(purchase.lot) ?? null), rules, nowMs),
  );
}
