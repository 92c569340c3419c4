import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { toUser, type User } from "./user.store";

/** A signed-in browser. */
export type Session = { id: Uuid; userAgent: string | null; createdMs: number; expiresMs: number };

export async function insertSession(tx: Tx, session: Session & { userId: Uuid }): Promise<void> {
  const { id, userId, userAgent, createdMs, expiresMs } = session;
  const createdAt = new Date(createdMs);
  await queries(tx).session.create({
    data: { id, userId, userAgent, createdAt, lastSeenAt: createdAt, expiresAt: new Date(expiresMs) },
  });
}

/** A session with its user; `null` where it has ended. */
export async function readSession(
  reader: Tx,
  nowMs: number,
  id: Uuid,
): Promise<{ session: Session; user: User } | null> {
  const row = await queries(reader).session.findUnique({ where: { id }, include: { user: true } });
  if (!row || row.expiresAt.getTime() <= nowMs) return null;
  return { session: toSession(row), user: toUser(row.user) };
}

function toSession(row: { id: string; userAgent: string | null; createdAt: Date; expiresAt: Date }): Session {
  return {
    id: row.id as Uuid, // the column's type
    userAgent: row.userAgent,
    createdMs: row.createdAt.getTime(),
    expiresMs: row.expiresAt.getTime(),
  };
}

/** A user's sessions that haven't expired, newest first. */
export async function readSessions(reader: Tx, nowMs: number, userId: Uuid): Promise<Session[]> {
  const rows = await queries(reader).session.findMany({
    where: { userId, expiresAt: { gt: new Date(nowMs) } },
    orderBy: { createdAt: "desc" },
  });
  return rows.map(toSession);
}

/** Delete one session of a user, or all of them but one. Returns how many there were. */
export async function deleteSessions(
  tx: Tx,
  userId: Uuid,
  which: { id: Uuid } | { except: Uuid | null },
): Promise<number> {
  const where =
    "id" in which ? { userId, id: which.id } : { userId, ...(which.except && { id: { not: which.except } }) };
  const { count } = await queries(tx).session.deleteMany({ where });
  return count;
}

/** Remove sessions that have expired, at most `limit`; returns how many went. */
export const deleteExpiredSessions = (tx: Tx, nowMs: number, limit: number): Promise<number> =>
  queries(tx).$executeRaw`
    delete from session where id in (select id from session where expires_at < ${new Date(nowMs)} limit ${limit})`;
