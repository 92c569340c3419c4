import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { User } from "./user";
import { readUsers } from "./user.store";

/** At most `limit` users, newest first, after a place in the list, whose e-mail address contains `search`. */
export function listUsers(
  reader: Tx,
  input: { limit: number; after: { createdMs: number; id: Uuid } | null; search: string | null },
): Promise<User[]> {
  return readUsers(reader, input);
}
