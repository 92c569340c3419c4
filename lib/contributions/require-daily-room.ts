import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { countSince } from "./contribution.store";

const DAY_MS = 86_400_000;

/** An account makes so many contributions a day. Errors: `rate_limit_exceeded`. */
export async function requireDailyRoom(tx: Tx, ctx: Pick<Ctx, "nowMs">, userId: Uuid, perDay: number): Promise<void> {
  if ((await countSince(tx, userId, ctx.nowMs - DAY_MS)) < perDay) return;
  throw new ScripError("rate_limit_exceeded", `You can make ${perDay} contributions in 24 hours. Try again later.`, {
    retryAfterS: 3_600,
  });
}
