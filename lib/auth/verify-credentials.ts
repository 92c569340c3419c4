import type { Tx } from "../db";
import { countLogin, forgetLogins } from "./login-throttle";
import { isPassword } from "./password";
import type { User } from "./user";
import { readCredentials } from "./user.store";

export type VerifyCredentials = {
  email: string;
  password: string;
  /** Where the attempt comes from: an IP address. */
  origin: string;
};

export type CredentialsOutcome =
  | { outcome: "verified"; user: User }
  /** The address is unknown, or the password is wrong: which of them is never told. */
  | { outcome: "wrong" }
  | { outcome: "suspended"; reason: string | null }
  | { outcome: "throttled"; retryAfterS: number };

/**
 * Check an e-mail address and a password.
 *
 * It takes as long for an address that nobody has. After too many failures from one origin it answers `throttled` to
 * that origin only, and looks at no password meanwhile.
 */
export async function verifyCredentials(reader: Tx, input: VerifyCredentials): Promise<CredentialsOutcome> {
  const email = input.email.trim().toLowerCase();
  const retryAfterS = await countLogin(input.origin, email);
  if (retryAfterS > 0) return { outcome: "throttled", retryAfterS };
  const found = await readCredentials(reader, email);
  if (!(await isPassword(input.password, found?.passwordHash ?? null)) || !found) return { outcome: "wrong" };
  await forgetLogins(input.origin, email);
  if (found.user.suspendedMs !== null) return { outcome: "suspended", reason: found.user.suspendedReason };
  return { outcome: "verified", user: found.user };
}
