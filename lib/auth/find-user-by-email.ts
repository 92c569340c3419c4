import type { Tx } from "../db";
import type { User } from "./user";
import { readCredentials } from "./user.store";

/** The account with that e-mail address, or `null`. */
export async function findUserByEmail(reader: Tx, email: string): Promise<User | null> {
  return (await readCredentials(reader, { email: email.trim().toLowerCase() }))?.user ?? null;
}
