import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { PoolKeyView } from "./pool-key";
import { requirePoolKey } from "./require-pool-key";
import { viewPoolKey } from "./view-pool-key";

/** A supplier's key as an operator sees it, never its secret. Errors: `not_found`. */
export async function getPoolKey(tx: Tx, ctx: Pick<Ctx, "nowMs">, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  return viewPoolKey(await requirePoolKey(tx, input.poolKeyId), ctx.nowMs);
}
