import { credits, usd } from "@/lib/http";
import { isUuid, toPublicId } from "@/lib/ids";
import { type Movement, TRANSFER_KINDS, type TransferKind } from "@/lib/ledger";
import { type Purchase, PURCHASE_STATES, type PurchaseView } from "@/lib/payments";
import { toIso } from "@/lib/time";
import * as z from "zod";
import { Credits, showTime, Time, Usd } from "./fields";

export const PurchaseReply = z
  .object({
    id: z.string(),
    state: z.enum(PURCHASE_STATES),
    pack: z.string().nullable(),
    credits: Credits,
    base_credits: Credits.meta({ description: "Without the bonus." }),
    remaining_credits: Credits.meta({ description: "Of this purchase: neither spent nor taken back." }),
    usd: Usd.meta({ description: "The price." }),
    refunded_usd: Usd,
    refundable_usd: Usd.meta({ description: "What a refund asked for now would pay back." }),
    created_at: Time,
    paid_at: Time.nullable(),
    credited_at: Time.nullable(),
  })
  .meta({ id: "Purchase" });

/** A purchase as the API shows it. */
export const showPurchase = (purchase: PurchaseView) => ({
  id: toPublicId("purchase", purchase.id),
  state: purchase.state,
  pack: purchase.pack,
  credits: credits(purchase.creditsMicros),
  base_credits: credits(purchase.baseMicros),
  remaining_credits: credits(purchase.remainingMicros),
  usd: usd(purchase.usdNanos),
  refunded_usd: usd(purchase.refundedNanos),
  refundable_usd: usd(purchase.refundableNanos),
  created_at: toIso(purchase.createdMs),
  paid_at: showTime(purchase.paidMs),
  credited_at: showTime(purchase.creditedMs),
});

export const AdminPurchaseReply = PurchaseReply.extend({
  user_id: z.string(),
  email: z.string().nullable(),
  paid_usd: Usd.nullable(),
  disputed_usd: Usd.meta({ description: "What disputes withdrew and haven't given back." }),
  problem: z.string().nullable().meta({ description: "Why its payment is quarantined." }),
  stripe_session: z.string().nullable(),
  payment_intent: z.string().nullable(),
}).meta({ id: "AdminPurchase" });

/** A purchase as admins see it, with its buyer's address where that is known. */
export const showAdminPurchase = (purchase: PurchaseView, email: string | null) => ({
  ...showPurchase(purchase),
  user_id: toPublicId("user", purchase.userId),
  email,
  paid_usd: purchase.paidNanos === null ? null : usd(purchase.paidNanos),
  disputed_usd: usd(purchase.disputedNanos),
  problem: purchase.problem,
  stripe_session: purchase.session,
  payment_intent: purchase.paymentIntent,
});

export const ResolvedPurchaseReply = z
  .object({
    id: z.string(),
    state: z.enum(PURCHASE_STATES),
    refunded_usd: Usd,
    disputed_usd: Usd.meta({ description: "What disputes withdrew and haven't given back." }),
    accepted_usd: Usd.meta({ description: "What was accepted to have gone back above what was paid." }),
  })
  .meta({ id: "ResolvedPurchase" });

/** A purchase after an admin decided about it. */
export const showResolved = ({ id, state, refundedNanos, disputedNanos, acceptedNanos }: Purchase) => ({
  id: toPublicId("purchase", id),
  state,
  refunded_usd: usd(refundedNanos),
  disputed_usd: usd(disputedNanos),
  accepted_usd: usd(acceptedNanos),
});

/** The kinds of transfers, as a list that a schema can take. */
export const TransferKindName = z.enum(Object.keys(TRANSFER_KINDS) as [TransferKind, ...TransferKind[]]);

export const TransferReply = z
  .object({
    id: z.string().meta({ description: "Of the transfer: one that touched several sources has a row for each." }),
    at: Time,
    kind: TransferKindName,
    credits: Credits.meta({ description: "Signed: what came in is above zero." }),
    source: z.enum(["promo", "referral", "purchased", "earned", "debt"]),
    balance_after: Credits.meta({ description: "All sources together after this row." }),
    ref: z.object({ type: z.string().nullable(), id: z.string().nullable() }),
    memo: z.string().nullable(),
  })
  .meta({ id: "Transfer" });

/** What caused a transfer, by its public id where that kind of thing has one. */
function showRef({ refType: type, refId: id }: Movement): { type: string | null; id: string | null } {
  return { type, id: type === "request" && id !== null && isUuid(id) ? toPublicId("request", id) : id };
}

/** A movement as the API shows it. */
export const showTransfer = (movement: Movement) => ({
  id: toPublicId("transfer", movement.transfer),
  at: toIso(movement.at.getTime()),
  kind: movement.kind,
  credits: credits(movement.signedMicros),
  source: movement.source === "vested" || movement.source === "unvested" ? "earned" : movement.source,
  balance_after: credits(movement.balanceAfterMicros),
  ref: showRef(movement),
  memo: movement.memo,
});
