import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { readSessions, type Session } from "./session.store";

/** Where a user is signed in, newest first. */
export function listSessions(reader: Tx, nowMs: number, userId: Uuid): Promise<Session[]> {
  return readSessions(reader, nowMs, userId);
}
