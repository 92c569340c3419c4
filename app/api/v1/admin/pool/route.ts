import { route } from "@/app/_server/route";
import { otherListsCursor, readCursor, writeCursor } from "@/lib/http";
import { fromPublicId, toPublicId, type Uuid } from "@/lib/ids";
import { listPool } from "@/lib/pool";
import { Page, PageQuery } from "../../_replies/fields";
import { PoolKeyReply, showPoolKey } from "../../_replies/pool-key";

/** The key that a cursor names. Errors: `invalid_request`. */
function placeOf(cursor: string | undefined): Uuid | null {
  if (cursor === undefined) return null;
  const id = fromPublicId("poolKey", readCursor(cursor, 1)[0] ?? "");
  if (id) return id;
  throw otherListsCursor();
}

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: pool",
    summary: "List suppliers' keys",
    description: "Newest first, with state, quota left and health; never a secret.",
    query: PageQuery,
    reply: Page(PoolKeyReply),
    example: { query: { limit: "20" } },
  },
  async ({ tx, ctx, query: { limit, cursor } }) => {
    const { keys, next } = await listPool(tx, ctx, { limit, before: placeOf(cursor) });
    return {
      data: keys.map(showPoolKey),
      next_cursor: next === null ? null : writeCursor([toPublicId("poolKey", next)]),
    };
  },
);
