import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { PoolKeyView } from "./pool-key";
import { listPoolKeys } from "./pool.store";
import { viewPoolKey } from "./view-pool-key";

/** The pool's keys, newest first, a page at a time: with state, quota left and health, never a secret. */
export async function listPool(
  tx: Tx,
  ctx: Pick<Ctx, "nowMs">,
  page: { limit: number; before: Uuid | null },
): Promise<{ keys: PoolKeyView[]; next: Uuid | null }> {
  const rows = await listPoolKeys(tx, page.limit + 1, page.before);
  const keys = rows.slice(0, page.limit).map((row) => viewPoolKey(row, ctx.nowMs));
  return { keys, next: rows.length > page.limit ? (keys.at(-1)?.id ?? null) : null };
}
