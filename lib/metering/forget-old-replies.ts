import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { KEPT_MS } from "./kept-reply";
import { deleteOldClaims } from "./kept-reply.store";

/** Remove results that are given again no longer, at most `limit` of them; returns how many went. */
export async function forgetOldReplies(tx: Tx, { nowMs }: Ctx, limit: number): Promise<number> {
  return deleteOldClaims(tx, new Date(nowMs - KEPT_MS), limit);
}
