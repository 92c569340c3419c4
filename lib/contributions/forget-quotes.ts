import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { wipeExpired } from "./quote.store";

/** Let go of the keys that expired quotes hold. Returns how many there were. */
export const forgetQuotes = (tx: Tx, ctx: Pick<Ctx, "nowMs">): Promise<number> => wipeExpired(tx, ctx.nowMs);
