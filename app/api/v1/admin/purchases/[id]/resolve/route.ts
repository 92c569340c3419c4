import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { toPublicId } from "@/lib/ids";
import { acceptExcess } from "@/lib/payments";
import { IdParams } from "../../../../_replies/fields";
import { ResolvedPurchaseReply, showResolved } from "../../../../_replies/purchase";

const Resolve = z.strictObject({
  reason: z.string().trim().min(1).max(500).meta({ description: "For the audit log." }),
});

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: purchases",
    summary: "Resolve a frozen purchase",
    description:
      "Of which refunds and disputes together sent back more than was paid: accepts that as a loss, so that its alert ends. Should still more go back, it is frozen again.",
    params: IdParams("purchase"),
    body: Resolve,
    reply: ResolvedPurchaseReply,
    example: { body: { reason: "Refunded by hand after the dispute was lost" } },
  },
  async ({ tx, ctx, params: { id }, body: { reason } }) => {
    const { before, after } = await acceptExcess(tx, { purchaseId: id });
    const subject = { type: "purchase", id: toPublicId("purchase", id) };
    await recordAudit(tx, ctx, {
      action: "purchase.resolve",
      subject,
      before: showResolved(before),
      after: showResolved(after),
      reason,
    });
    return showResolved(after);
  },
);
