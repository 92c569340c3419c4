import * as z from "zod";
import { purchasesNamed, QUERY_MAX } from "@/app/_server/find";
import { route } from "@/app/_server/route";
import { readUsersBy } from "@/lib/auth";
import { toPage } from "@/lib/http";
import { listPurchases } from "@/lib/payments";
import { Page, pageQuery, placeInTime } from "../../_replies/fields";
import { AdminPurchaseReply, showAdminPurchase } from "../../_replies/purchase";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: purchases",
    summary: "List purchases",
    description:
      "Newest first, unpaid orders included. `q` is the id of a purchase, of its session or payment at Stripe, of its buyer, of " +
      "a key or a request of theirs, or a part of their e-mail address.",
    query: z.strictObject({ ...pageQuery, q: z.string().trim().min(1).max(QUERY_MAX).optional() }),
    reply: Page(AdminPurchaseReply),
    example: { query: { limit: "10" } },
  },
  async ({ tx, ctx, query: { limit, cursor, q } }) => {
    const filter = await purchasesNamed(tx, q);
    const rows = await listPurchases(tx, ctx.nowMs, { ...filter, before: placeInTime(cursor), limit: limit + 1 });
    const users = await readUsersBy(tx, { ids: [...new Set(rows.map(({ userId }) => userId))] });
    const emails = new Map(users.map(({ id, email }) => [id, email]));
    return toPage(
      rows,
      limit,
      ({ createdMs, id }) => [String(createdMs), id],
      (purchase) => showAdminPurchase(purchase, emails.get(purchase.userId) ?? null),
    );
  },
);
