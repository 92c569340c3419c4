import { route } from "@/app/_server/route";
import { toPage } from "@/lib/http";
import { listPurchases } from "@/lib/payments";
import { Page, PageQuery, placeInTime } from "../_replies/fields";
import { PurchaseReply, showPurchase } from "../_replies/purchase";

export const GET = route(
  {
    auth: "account",
    tag: "Buying",
    summary: "List purchases",
    description: "Newest first, unpaid orders included.",
    query: PageQuery,
    reply: Page(PurchaseReply),
    example: {},
  },
  async ({ tx, ctx, principal, query: { limit, cursor } }) => {
    const input = { userId: principal.user.id, before: placeInTime(cursor), limit: limit + 1 };
    const rows = await listPurchases(tx, ctx.nowMs, input);
    return toPage(rows, limit, ({ createdMs, id }) => [String(createdMs), id], showPurchase);
  },
);
