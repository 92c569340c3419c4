import { route, type Route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import type { Tx } from "@/lib/db";
import { toPublicId, type Uuid } from "@/lib/ids";
import { getPoolKey, type PoolKeyView } from "@/lib/pool";
import { IdParams } from "../../_replies/fields";
import { PoolKeyReply, showPoolKey } from "../../_replies/pool-key";

type Act = (tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }) => Promise<PoolKeyView>;

/** A call that does one thing to a supplier's key, and notes it. */
export const actOnPoolKey = (action: string, summary: string, description: string, act: Act): Route =>
  route(
    {
      auth: "admin",
      tag: "Admin: pool",
      summary,
      description,
      params: IdParams("poolKey"),
      reply: PoolKeyReply,
      example: {},
    },
    async ({ tx, ctx, params: { id } }) => {
      const before = showPoolKey(await getPoolKey(tx, ctx, { poolKeyId: id }));
      const after = showPoolKey(await act(tx, ctx, { poolKeyId: id }));
      const subject = { type: "pool_key", id: toPublicId("poolKey", id) };
      await recordAudit(tx, ctx, { action, subject, before, after, reason: null });
      return after;
    },
  );
