import { route } from "@/app/_server/route";
import { getPurchase } from "@/lib/payments";
import { IdParams } from "../../_replies/fields";
import { PurchaseReply, showPurchase } from "../../_replies/purchase";

export const GET = route(
  {
    auth: "account",
    tag: "Buying",
    summary: "Read a purchase",
    description: "From created to credited it takes seconds after the payment; Stripe's own word is waited for.",
    params: IdParams("purchase"),
    reply: PurchaseReply,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) =>
    showPurchase(await getPurchase(tx, ctx.nowMs, { userId: principal.user.id, purchaseId: id })),
);
