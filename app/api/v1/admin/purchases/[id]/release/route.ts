import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { toPublicId } from "@/lib/ids";
import { releaseFreeze } from "@/lib/payments";
import { IdParams } from "../../../../_replies/fields";
import { ResolvedPurchaseReply, showResolved } from "../../../../_replies/purchase";

const Release = z.strictObject({
  reason: z.string().trim().min(1).max(500).meta({ description: "For the audit log." }),
});

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: purchases",
    summary: "Release the frozen credits of a purchase",
    description:
      "Which an inquiry or an early fraud warning froze: its buyer is trusted. A dispute that takes money all the same takes its credits.",
    params: IdParams("purchase"),
    body: Release,
    reply: ResolvedPurchaseReply,
    example: { body: { reason: "The buyer showed the invoice" } },
  },
  async ({ tx, ctx, params: { id }, body: { reason } }) => {
    const { before, after } = await releaseFreeze(tx, ctx, { purchaseId: id });
    const subject = { type: "purchase", id: toPublicId("purchase", id) };
    await recordAudit(tx, ctx, {
      action: "purchase.release",
      subject,
      before: showResolved(before),
      after: showResolved(after),
      reason,
    });
    return showResolved(after);
  },
);
