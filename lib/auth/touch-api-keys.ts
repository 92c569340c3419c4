import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { writeLastUsed } from "./api-key.store";

/** Note when keys were last used, many at a time: callers gather uses for some seconds. Nobody's cache is told. */
export async function touchApiKeys(tx: Tx, _ctx: Ctx, uses: readonly { id: Uuid; atMs: number }[]): Promise<void> {
  if (uses.length > 0) await writeLastUsed(tx, uses);
}
