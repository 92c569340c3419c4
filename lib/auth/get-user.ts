import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { User } from "./user";
import { readUser } from "./user.store";

/** A user by id. Errors: `not_found`. */
export async function getUser(reader: Tx, id: Uuid): Promise<User> {
  const user = await readUser(reader, id);
  if (!user) throw new ScripError("not_found", "There is no such user.");
  return user;
}
