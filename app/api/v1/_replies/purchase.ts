import * as z from "zod";
import { credits, usd } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { PURCHASE_STATES, type PurchaseView } from "@/lib/payments";
import { toIso } from "@/lib/time";
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
