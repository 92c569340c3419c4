import { micros, type Micros, type Nanos, ZERO_NANOS } from "../money";
import type { Settings } from "../settings";
import type { Lot } from "../ledger";
import type { Purchase } from "./purchase";
import { refundOf } from "./refund";

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
export function viewPurchase(purchase: Purchase, lot: Lot | null, rules: RefundRules, nowMs: number): PurchaseView {
  const refundableNanos =
    lot && mayAskForRefund(purchase, rules, nowMs) ? refundableOf(purchase, lot, rules) : ZERO_NANOS;
  return { ...purchase, remainingMicros: micros(lot?.remainingMicros ?? 0n), refundableNanos };
}
