import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { type AccountName, creditWallet, debitWallet, reverseDebit, type TransferKind } from "../ledger";
import type { Micros } from "../money";
import type { Purchase } from "./purchase";
import { findWalletOf } from "./purchase.store";

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

/**
 * Take credits of a purchase back, once a key: from its lot, then from what else is free; what was spent is owed.
 * Returns the transfer, or null where there is nothing to take.
 */
export async function takeBack(
  tx: Tx,
  ctx: Ctx,
  input: { purchase: Purchase; kind: keyof typeof TAKERS; key: string; amountMicros: Micros },
): Promise<Uuid | null> {
  const { purchase, kind, key, amountMicros } = input;
  if (amountMicros === 0n) return null;
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
