import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { usd } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { acceptExcess, PURCHASE_STATES, type Purchase } from "@/lib/payments";
import { IdParams, Usd } from "../../../../_replies/fields";

const Resolve = z.strictObject({
  reason: z.string().trim().min(1).max(500).meta({ description: "For the audit log." }),
});

const ResolvedReply = z
  .object({
    id: z.string(),
    state: z.enum(PURCHASE_STATES),
    refunded_usd: Usd,
    disputed_usd: Usd.meta({ description: "What disputes withdrew and haven't given back." }),
    accepted_usd: Usd.meta({ description: "What was accepted to have gone back above what was paid." }),
  })
  .meta({ id: "ResolvedPurchase" });

const show = ({ id, state, refundedNanos, disputedNanos, acceptedNanos }: Purchase) => ({
  id: toPublicId("purchase", id),
  state,
  refunded_usd: usd(refundedNanos),
  disputed_usd: usd(disputedNanos),
  accepted_usd: usd(acceptedNanos),
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
    reply: ResolvedReply,
    example: { body: { reason: "Refunded by hand after the dispute was lost" } },
  },
  async ({ tx, ctx, params: { id }, body: { reason } }) => {
    const { before, after } = await acceptExcess(tx, { purchaseId: id });
    const subject = { type: "purchase", id: toPublicId("purchase", id) };
    await recordAudit(tx, ctx, {
      action: "purchase.resolve",
      subject,
      before: show(before),
      after: show(after),
      reason,
    });
    return show(after);
  },
);
