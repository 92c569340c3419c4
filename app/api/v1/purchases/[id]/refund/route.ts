import { route } from "@/app/_server/route";
import { getPurchase, requestRefund } from "@/lib/payments";
import { IdParams } from "../../../_replies/fields";
import { PurchaseReply, showPurchase } from "../../../_replies/purchase";

export const POST = route(
  {
    auth: "account",
    tag: "Buying",
    summary: "Refund a purchase",
    description:
      "Once a purchase, within the operator's refund window (14 days unless set): what was paid less the nominal value of each credit spent of it, as it was when ordered. All that is left of the purchase goes back, bonus included; the money follows in days.",
    params: IdParams("purchase"),
    reply: PurchaseReply,
    isIdempotent: true,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) => {
    const asked = { userId: principal.user.id, purchaseId: id };
    await requestRefund(tx, ctx, asked);
    return showPurchase(await getPurchase(tx, ctx.nowMs, asked));
  },
);
