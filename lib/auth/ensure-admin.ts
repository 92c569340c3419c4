import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import { createUser } from "./create-user";
import type { User } from "./user";
import { readCredentials, writeUser } from "./user.store";

/**
 * Make the admin of that e-mail address, or make an account that exists into one, with this password where one is given.
 * Called at each start, so it changes nothing where nothing is to change.
 */
export async function ensureAdmin(
  tx: Tx,
  ctx: Ctx,
  input: { email: string; passwordHash: string | null },
): Promise<User> {
  const found = await readCredentials(tx, { email: input.email.trim().toLowerCase() });
  if (!found) return createUser(tx, ctx, { ...input, role: "admin", isEmailVerified: true });
  if (found.user.role === "admin" && !input.passwordHash) return found.user;
  const user = await writeUser(tx, found.user.id, {
    role: "admin",
    ...(input.passwordHash && { passwordHash: input.passwordHash }),
  });
  await publishAccessChange(tx, { userId: user.id });
  return user;
}
