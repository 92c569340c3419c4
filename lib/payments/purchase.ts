import type { Uuid } from "../ids";
import {
  type Decimal,
  divideDown,
  divideUp,
  type Micros,
  micros,
  type Nanos,
  nanos,
  NANOS_PER_CENT,
  ZERO_MICROS,
} from "../money";

export const PURCHASE_STATES = [
  "created",
  "paid",
  "credited",
  "refunded",
  "partly_refunded",
  "disputed",
  "failed",
  "expired",
  "quarantined",
] as const;
export type PurchaseState = (typeof PURCHASE_STATES)[number];

/** An order of credits, and what became of it. */
export type Purchase = {
  id: Uuid;
  userId: Uuid;
  pack: string | null;
  creditsMicros: Micros;
  baseMicros: Micros;
  usdNanos: Nanos;
  /** A credit's nominal value when it was ordered; null of an order of before this was kept. Units: dollars. */
  usdPerCredit: Decimal | null;
  state: PurchaseState;
  session: string | null;
  paymentIntent: string | null;
  lot: bigint | null;
  /** What was paid: null before, and where an order of before this was kept is in quarantine. */
  paidNanos: Nanos | null;
  /** What refunds send back, those that are asked for included. */
  refundedNanos: Nanos;
  /** What disputes withdrew and haven't given back. */
  disputedNanos: Nanos;
  /** How much more than was paid an admin let go back. */
  acceptedNanos: Nanos;
  problem: string | null;
  /** When its buyer asked for a refund that hasn't failed. */
  refundRequestedMs: number | null;
  /** When the latest refund that its buyer asked for failed. */
  refundFailedMs: number | null;
  createdMs: number;
  paidMs: number | null;
  creditedMs: number | null;
};

/** Money of a purchase that goes back: `failed` when it didn't. */
export type RefundState = "requested" | "pending" | "succeeded" | "failed";
export type Refund = {
  id: Uuid;
  purchaseId: Uuid;
  stripeRefund: string | null;
  usdNanos: Nanos;
  takenMicros: Micros;
  debit: Uuid | null;
  state: RefundState;
  isRequested: boolean;
  /** Why it failed. */
  problem: string | null;
  createdMs: number;
  failedMs: number | null;
};

/** A dispute, or an issuer's early warning of one, by Stripe's id. */
export type DisputeState = "open" | "won" | "lost";
export type Dispute = {
  id: string;
  purchaseId: Uuid;
  usdNanos: Nanos;
  takenMicros: Micros;
  debit: Uuid | null;
  state: DisputeState;
  /** Whether it took money: an inquiry and a warning didn't. */
  isWithdrawn: boolean;
  /** When an admin let the credits go that it had frozen. */
  releasedMs: number | null;
};

/** A purchase with all that took credits of it back. */
export type PurchaseCase = { purchase: Purchase; refunds: readonly Refund[]; disputes: readonly Dispute[] };

/** An early fraud warning stands among the disputes until the money is back. Source: Stripe's prefixes of ids. */
export const isWarning = ({ id }: Pick<Dispute, "id">): boolean => id.startsWith("issfr_");

/** Credits that refunds and disputes have taken back and hold. */
export function takenOf({ refunds, disputes }: Omit<PurchaseCase, "purchase">): Micros {
  const held = [
    ...refunds.filter(({ state }) => state !== "failed"),
    ...disputes.filter(({ state }) => state !== "won"),
  ];
  return held.reduce((sum, { takenMicros }) => micros(sum + takenMicros), ZERO_MICROS);
}

/** Whether a dispute freezes credits: an open inquiry or warning, which took no money and that no admin let go. */
export const isFreezing = ({ state, isWithdrawn, debit, releasedMs }: Dispute): boolean =>
  state === "open" && !isWithdrawn && debit === null && releasedMs === null;

/** The credits that open inquiries and warnings freeze of a purchase: theirs, of what nothing took. */
export function frozenShareOf({ purchase, refunds, disputes }: PurchaseCase): Micros {
  if (purchase.lot === null) return ZERO_MICROS;
  const left = purchase.creditsMicros - takenOf({ refunds, disputes });
  const share = disputes
    .filter(isFreezing)
    .reduce((sum, { usdNanos }) => sum + shareOf(purchase, usdNanos, ZERO_MICROS), 0n);
  return micros(share < left ? share : left);
}

/** What refunds and disputes together sent back above what was paid. */
export function excessOf(purchase: Purchase): Nanos {
  const excess = purchase.refundedNanos + purchase.disputedNanos - (purchase.paidNanos ?? purchase.usdNanos);
  return nanos(excess > 0n ? excess : 0n);
}

/** Whether more went back than was paid and an admin accepted: no more of its money goes out by itself. */
export const isFrozen = (purchase: Purchase): boolean => excessOf(purchase) > purchase.acceptedNanos;

/** The state that a paid purchase is in, by all that came after its payment, in whatever order that was told. */
export function stateAfterPayment({ purchase, disputes }: Omit<PurchaseCase, "refunds">): PurchaseState {
  if (isFrozen(purchase)) return "quarantined";
  const standing = disputes.filter(({ state }) => state !== "won");
  if (standing.some((dispute) => !isWarning(dispute))) return "disputed";
  if (purchase.refundedNanos >= (purchase.paidNanos ?? purchase.usdNanos)) return "refunded";
  if (standing.length > 0) return "disputed";
  if (purchase.creditedMs === null) return "quarantined";
  return purchase.refundedNanos > 0n ? "partly_refunded" : "credited";
}

// Spent credits are paid for at their nominal value: 10^-6 of a credit times 10^9 nanodollars a dollar.
const NANOS_PER_MICRO = 1_000n;

/**
 * The dollars that a purchase's buyer gets back: what was paid less what was spent of it, never below zero.
 *
 * Units: microcredits, nanodollars. Rounding: down to the cent.
 */
export function refundOf(paidNanos: Nanos, spentMicros: Micros, usdPerCredit: Decimal): Nanos {
  const unit = 10n ** BigInt(usdPerCredit.scale);
  const left = divideDown(paidNanos * unit - spentMicros * NANOS_PER_MICRO * usdPerCredit.digits, unit);
  return nanos(left <= 0n ? 0n : divideDown(left, NANOS_PER_CENT) * NANOS_PER_CENT);
}

/**
 * The credits that go with a part of a purchase's price, at most what wasn't taken before.
 *
 * Rounding: up to a microcredit, so that parts that make up the price take all of it, in whatever order.
 */
export function shareOf(
  purchase: { creditsMicros: Micros; usdNanos: Nanos },
  partNanos: Nanos,
  takenMicros: Micros,
): Micros {
  const share = divideUp(purchase.creditsMicros * partNanos, purchase.usdNanos);
  const left = purchase.creditsMicros - takenMicros;
  return micros(share < left ? share : left);
}

/** What an event came to. Those with a reason are for people to look at. */
export type Applied =
  | { outcome: "credited" | "changed" | "unchanged" }
  | { outcome: "ignored" | "quarantined" | "refund_failed"; reason: string };
