import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, type Uuid } from "../ids";
import { deleteSessions, insertSession, readSession, readSessions, type Session } from "./session.store";
import { bumpSessionEpoch, type User } from "./user.store";

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

/** The session of that id and its user; `null` where it has ended, or its user is suspended. */
export async function findSession(
  reader: Tx,
  nowMs: number,
  id: Uuid,
): Promise<{ session: Session; user: User } | null> {
  const found = await readSession(reader, nowMs, id);
  return found && found.user.suspendedMs === null ? found : null;
}

/** Where a user is signed in, newest first. */
export function listSessions(reader: Tx, nowMs: number, userId: Uuid): Promise<Session[]> {
  return readSessions(reader, nowMs, userId);
}

/** Sign a user out of one session. One that has ended, or is another's, changes nothing. */
export async function endSession(tx: Tx, _ctx: Ctx, input: { userId: Uuid; sessionId: Uuid }): Promise<void> {
  await deleteSessions(tx, input.userId, { id: input.sessionId });
}

/**
 * Sign a user out everywhere, but for the session named, and know no browser of theirs any longer. Returns how many
 * sessions ended.
 */
export async function endAllSessions(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; exceptSessionId: Uuid | null },
): Promise<number> {
  await bumpSessionEpoch(tx, input.userId);
  return deleteSessions(tx, input.userId, { except: input.exceptSessionId });
}
