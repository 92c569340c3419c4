import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { type AccountName, creditWallet, debitWallet, reverseDebit, setFreeze, type TransferKind } from "../ledger";
import { formatUsd, type Micros, micros, type Nanos, nanos, ZERO_MICROS } from "../money";
import {
  type Applied,
  type Dispute,
  excessOf,
  frozenShareOf,
  isFreezing,
  isFrozen,
  type Purchase,
  type PurchaseCase,
  type Refund,
  shareOf,
  stateAfterPayment,
  takenOf,
} from "./purchase";
import {
  findDisputes,
  findRefunds,
  findWalletOf,
  lockPurchase,
  releaseDispute,
  type PurchaseChange,
  updateDispute,
  updatePurchase,
  updateRefund,
} from "./purchase.store";

const SCOPE = "payments";
// Never unvested ones: what was spent in advance couldn't be given back as it was.
const TAKEN_FROM = ["promo", "referral", "purchased", "vested"] as const satisfies readonly AccountName[];

async function posting(tx: Tx, ctx: Ctx, purchase: Purchase, kind: TransferKind, key: string) {
  return {
    scope: SCOPE,
    key,
    requestHash: createHash("sha256").update(`${purchase.id} ${kind}`).digest(),
    transfer: newUuid(ctx.nowMs),
    kind,
    wallet: await findWalletOf(tx, purchase.userId),
    refType: "purchase",
    refId: toPublicId("purchase", purchase.id),
  };
}

/** Bring a paid purchase's credits into its buyer's wallet, once a payment. Returns their lot. */
export async function creditPurchase(tx: Tx, ctx: Ctx, purchase: Purchase, paymentIntent: string): Promise<bigint> {
  const { lot } = await creditWallet(tx, ctx, {
    ...(await posting(tx, ctx, purchase, "purchase", `purchase:${paymentIntent}`)),
    source: "purchased",
    amountMicros: purchase.creditsMicros,
    paidNanos: purchase.usdNanos,
  });
  assert(lot !== null, "purchased credits are a lot");
  return lot;
}

/** What takes credits back: a kind of transfer, and the account that they go to. */
const TAKERS = {
  refund: "cash_issued",
  dispute: "dispute_loss",
} as const satisfies Partial<Record<TransferKind, AccountName>>;

/** Have so many of a purchase's buyer's credits frozen for it, at most what is free; 0 lets them go. */
async function freeze(tx: Tx, purchase: Purchase, amountMicros: Micros): Promise<void> {
  const wallet = await findWalletOf(tx, purchase.userId);
  await setFreeze(tx, { reference: toPublicId("purchase", purchase.id), wallet, amountMicros });
}

/**
 * Take credits of a purchase back, once a key: from its lot, then from what else is free; what was spent is owed. What was frozen
 * for it is free for that; `updateTotals` freezes what is left to freeze.
 * Returns the transfer, or null where there is nothing to take.
 */
export async function takeBack(
  tx: Tx,
  ctx: Ctx,
  input: { purchase: Purchase; kind: keyof typeof TAKERS; key: string; amountMicros: Micros },
): Promise<Uuid | null> {
  const { purchase, kind, key, amountMicros } = input;
  if (amountMicros === 0n) return null;
  await freeze(tx, purchase, ZERO_MICROS);
  const { transfer } = await debitWallet(tx, ctx, {
    ...(await posting(tx, ctx, purchase, kind, key)),
    amountMicros,
    order: TAKEN_FROM,
    lot: purchase.lot,
    to: TAKERS[kind],
    mayOwe: true,
  });
  return transfer;
}

/** Take what is left of a purchase's own lot, as far as it is free. Returns the transfer and how much that was. */
export async function takeFromLot(
  tx: Tx,
  ctx: Ctx,
  input: { purchase: Purchase; key: string; amountMicros: Micros },
): Promise<{ transfer: Uuid; takenMicros: Micros }> {
  const { purchase, key, amountMicros } = input;
  return debitWallet(tx, ctx, {
    ...(await posting(tx, ctx, purchase, "refund", key)),
    amountMicros,
    order: [],
    lot: purchase.lot,
    to: TAKERS.refund,
    mayOwe: false,
  });
}

/** Give back what was taken, exactly, once a key. */
export async function giveBack(
  tx: Tx,
  ctx: Ctx,
  input: { purchase: Purchase; kind: "refund" | "dispute" | "dispute_won"; key: string; debit: Uuid | null },
): Promise<void> {
  const { purchase, kind, key, debit } = input;
  if (debit === null) return;
  assert(purchase.lot !== null, "credits were taken of a purchase that has a lot");
  await reverseDebit(tx, ctx, { ...(await posting(tx, ctx, purchase, kind, key)), debit, lot: purchase.lot });
}

// Refunds and disputes are claims on one purchase. What they come to together is decided here.

type Claim = { kind: "refund"; claim: Refund } | { kind: "dispute"; claim: Dispute };

/** The claims that stand and take their share; a refund that its buyer asked for took the rest, and no other. */
const outstanding = (refunds: readonly Refund[], disputes: readonly Dispute[]): Claim[] => [
  ...refunds
    .filter(({ state, isRequested }) => state !== "failed" && !isRequested)
    .map((claim): Claim => ({ kind: "refund", claim })),
  // An inquiry and a warning freeze their part, and take none.
  ...disputes
    .filter((dispute) => dispute.state !== "won" && (dispute.isWithdrawn || dispute.debit !== null))
    .map((claim): Claim => ({ kind: "dispute", claim })),
];

/**
 * What a refund that failed, or a dispute that was won, had taken is back in the wallet: the claims that still stand take
 * of it what none was left of when they came. `ended` names the claim that ended, which it does once.
 *
 * Each keeps one debit, for when it ends itself: a smaller one is reversed and made again.
 */
export async function reapplyOutstandingClaims(tx: Tx, ctx: Ctx, purchase: Purchase, ended: string): Promise<void> {
  if (purchase.lot === null) return;
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  let left = purchase.creditsMicros - takenOf({ refunds, disputes });
  for (const { kind, claim } of outstanding(refunds, disputes)) {
    const missing = shareOf(purchase, claim.usdNanos, ZERO_MICROS) - claim.takenMicros;
    const more = missing < left ? missing : left;
    if (more <= 0n) continue;
    left -= more;
    const takenMicros = micros(claim.takenMicros + more);
    const key = `${kind}:${claim.id}:after:${ended}`;
    await giveBack(tx, ctx, { purchase, kind, key: `${key}:turned`, debit: claim.debit });
    const debit = await takeBack(tx, ctx, { purchase, kind, key, amountMicros: takenMicros });
    if (kind === "refund") await updateRefund(tx, claim.id, { takenMicros, debit });
    else await updateDispute(tx, claim.id, { takenMicros, debit });
  }
}

const sumOf = (claims: readonly { usdNanos: Nanos }[]): Nanos =>
  nanos(claims.reduce((sum, { usdNanos }) => sum + usdNanos, 0n));

/** What a purchase's row says of its claims: derived from all of them, so that their order can't matter. */
function totalsOf({ refunds, disputes }: Omit<PurchaseCase, "purchase">): PurchaseChange {
  const asked = refunds.filter(({ isRequested }) => isRequested);
  const failedMs = asked.map((refund) => refund.failedMs ?? 0);
  return {
    refundedNanos: sumOf(refunds.filter(({ state }) => state !== "failed")),
    disputedNanos: sumOf(disputes.filter(({ state, isWithdrawn }) => state !== "won" && isWithdrawn)),
    refundRequestedMs: asked.find(({ state }) => state !== "failed")?.createdMs ?? null,
    refundFailedMs: Math.max(0, ...failedMs) || null,
  };
}

function describeExcess({ refundedNanos, disputedNanos, paidNanos, usdNanos }: Purchase): string {
  const paid = formatUsd(paidNanos ?? usdNanos);
  return `USD ${formatUsd(refundedNanos)} refunded and USD ${formatUsd(disputedNanos)} disputed of USD ${paid} paid`;
}

/**
 * Bring a purchase, which this transaction holds, to what all its claims come to. Where that became more than was paid,
 * it is frozen: `quarantined`.
 */
export async function updateTotals(tx: Tx, before: Purchase): Promise<Applied> {
  const [refunds, disputes] = [await findRefunds(tx, before.id), await findDisputes(tx, before.id)];
  const purchase = await updatePurchase(tx, before.id, totalsOf({ refunds, disputes }));
  await updatePurchase(tx, before.id, { state: stateAfterPayment({ purchase, disputes }) });
  await freeze(tx, purchase, frozenShareOf({ purchase, refunds, disputes }));
  const isWorse = isFrozen(purchase) && excessOf(purchase) > excessOf(before);
  return isWorse ? { outcome: "quarantined", reason: describeExcess(purchase) } : { outcome: "changed" };
}

/**
 * Accept as a loss what went back above what was paid for a purchase, so that it is frozen no more; should still more go
 * back, it is frozen again. Returns the purchase as it was and as it is.
 *
 * Errors: `ScripError` not_found; state_conflict where the purchase isn't frozen.
 */
export async function acceptExcess(
  tx: Tx,
  { purchaseId }: { purchaseId: Uuid },
): Promise<{ before: Purchase; after: Purchase }> {
  const before = await lockPurchase(tx, purchaseId);
  if (!before) throw new ScripError("not_found", "There is no purchase of this id.");
  if (!isFrozen(before)) {
    throw new ScripError(
      "state_conflict",
      "No more went back of this purchase than was paid: there is no loss to accept.",
    );
  }
  const purchase = await updatePurchase(tx, purchaseId, { acceptedNanos: excessOf(before) });
  const state = stateAfterPayment({ purchase, disputes: await findDisputes(tx, purchaseId) });
  return { before, after: await updatePurchase(tx, purchaseId, { state }) };
}

/**
 * Let the credits go that open inquiries and warnings have frozen of a purchase: an admin trusts its buyer. A dispute that takes
 * money all the same takes its credits. Returns the purchase as it was and as it is.
 *
 * Errors: `ScripError` not_found; state_conflict where nothing of it is frozen.
 */
export async function releaseFreeze(
  tx: Tx,
  ctx: Ctx,
  { purchaseId }: { purchaseId: Uuid },
): Promise<{ before: Purchase; after: Purchase }> {
  const before = await lockPurchase(tx, purchaseId);
  if (!before) throw new ScripError("not_found", "There is no purchase of this id.");
  const freezing = (await findDisputes(tx, purchaseId)).filter(isFreezing);
  if (freezing.length === 0) {
    throw new ScripError("state_conflict", "No inquiry or fraud warning freezes credits of this purchase.");
  }
  for (const { id } of freezing) await releaseDispute(tx, ctx.nowMs, id);
  await updateTotals(tx, before);
  const after = await lockPurchase(tx, purchaseId);
  assert(after, "a locked purchase stays");
  return { before, after };
}
