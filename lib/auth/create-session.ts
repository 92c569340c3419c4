import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, type Uuid } from "../ids";
import { insertSession } from "./session.store";

/** How long a session lasts, and whatever names it. */
export const SESSION_TTL_MS = 30 * 24 * 60 * 60 * 1000;
const USER_AGENT_MAX = 300;

export type NewSession = { id: Uuid; expiresMs: number };

/** Sign a user in: every way of signing in ends in such a row. It lasts 30 days. */
export async function createSession(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; userAgent: string | null },
): Promise<NewSession> {
  const session = { id: newUuid(ctx.nowMs), expiresMs: ctx.nowMs + SESSION_TTL_MS };
  await insertSession(tx, {
    ...session,
    userId: input.userId,
    userAgent: input.userAgent?.slice(0, USER_AGENT_MAX) ?? null,
    createdMs: ctx.nowMs,
  });
  return session;
}
