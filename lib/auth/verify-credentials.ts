import type { Tx } from "../db";
import { newDeviceToken, readDeviceToken } from "./device";
import { countDeviceLogin, countLogin, forgetDeviceLogins, forgetLogins } from "./login-throttle";
import { isPassword } from "./password";
import type { User } from "./user";
import { readCredentials } from "./user.store";

export type VerifyCredentials = {
  email: string;
  password: string;
  /** Where the attempt comes from: an IP address. */
  origin: string;
  /** The token that the browser got when it signed in before, if it has one, and the secret that tokens are signed with. */
  device: { secret: string; token: string | null };
};

export type CredentialsOutcome =
  /** `deviceToken`: what the browser is known by the next time. */
  | { outcome: "verified"; user: User; deviceToken: string }
  /** The address is unknown, or the password is wrong: which of them is never told. */
  | { outcome: "wrong" }
  | { outcome: "suspended"; reason: string | null }
  | { outcome: "throttled"; retryAfterS: number };

/**
 * Check an e-mail address and a password.
 *
 * It takes as long for an address that nobody has. After too many failures from one origin it answers `throttled` to
 * that origin only, and looks at no password meanwhile; a browser that has signed in to the account before is counted by
 * itself, so that others behind its address don't lock it out.
 */
export async function verifyCredentials(reader: Tx, input: VerifyCredentials): Promise<CredentialsOutcome> {
  const email = input.email.trim().toLowerCase();
  const found = await readCredentials(reader, { email });
  const { secret, token } = input.device;
  const device = found && readDeviceToken(secret, token, found);
  const retryAfterS = await (device ? countDeviceLogin(device) : countLogin(input.origin, email));
  if (retryAfterS > 0) return { outcome: "throttled", retryAfterS };
  if (!(await isPassword(input.password, found?.passwordHash ?? null)) || !found) return { outcome: "wrong" };
  await (device ? forgetDeviceLogins(device) : forgetLogins(input.origin, email));
  if (found.user.suspendedMs !== null) return { outcome: "suspended", reason: found.user.suspendedReason };
  return { outcome: "verified", user: found.user, deviceToken: newDeviceToken(secret, found) };
}
