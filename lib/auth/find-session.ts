import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { readSession, type Session } from "./session.store";
import type { User } from "./user";

/** The session of that id and its user; `null` where it has ended, or its user is suspended. */
export async function findSession(
  reader: Tx,
  nowMs: number,
  id: Uuid,
): Promise<{ session: Session; user: User } | null> {
  const found = await readSession(reader, nowMs, id);
  return found && found.user.suspendedMs === null ? found : null;
}
