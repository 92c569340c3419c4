import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { closeKey } from "@/lib/contributions";
import { credits } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { getPoolKey } from "@/lib/pool";
import { IdParams } from "../../../../_replies/fields";
import { PoolKeyReply, showPoolKey } from "../../../../_replies/pool-key";

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: pool",
    summary: "End a supplier's key for good",
    description:
      "Its secret is destroyed. A contribution ends with its key: what hasn't vested is taken back from its owner, as a debt " +
      "where it was spent. Requests under way end as they would. Ending it again changes nothing.",
    params: IdParams("poolKey"),
    reply: PoolKeyReply,
    isIdempotent: true,
    example: {},
  },
  async ({ tx, ctx, params: { id: poolKeyId } }) => {
    const before = showPoolKey(await getPoolKey(tx, ctx, { poolKeyId }));
    const { key, contribution } = await closeKey(tx, ctx, { poolKeyId });
    const reply = showPoolKey(key);
    const after = {
      ...reply,
      ...(contribution && {
        contribution_id: toPublicId("contribution", contribution.id),
        taken_credits: credits(contribution.takenMicros),
      }),
    };
    const subject = { type: "pool_key", id: reply.id };
    await recordAudit(tx, ctx, { action: "pool_key.end", subject, before, after, reason: null });
    return reply;
  },
);
