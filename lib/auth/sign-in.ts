import { createHmac, timingSafeEqual } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Database, Tx } from "../db";
import { assert } from "../errors";
import { randomText, type Uuid } from "../ids";
import { type LoginLimits, loginLimits } from "./login-limits.store";
import { isPassword } from "./password";
import type { SignUpInput } from "./schemas";
import { createSession, endAllSessions, type NewSession } from "./session";
import { createUser } from "./user";
import { type Credentials, readCredentials, readUserIdByReferralCode, type User, writeUser } from "./user.store";

const ID_CHARS = 20;
const TOKEN = /^([0-9A-Za-z]{20})\.([\w-]{43})$/;

/** A device is bound to its account as it is: a new password, or a sign-out everywhere, makes it unknown again. */
const proofOf = (secret: string, id: string, { user, passwordHash, sessionEpoch }: Credentials): Buffer =>
  createHmac("sha256", secret).update(`device ${id} ${user.id} ${sessionEpoch} ${passwordHash}`).digest();

/**
 * A token by which a browser that signed in to an account is known again: it signs nobody in.
 *
 * Source: OWASP, slow down online guessing attacks with device cookies.
 */
export function newDeviceToken(secret: string, owner: Credentials): string {
  const id = randomText(ID_CHARS);
  return `${id}.${proofOf(secret, id, owner).toString("base64url")}`;
}

/** A token for the browser of a user who is signed in, as of this transaction. */
export async function createDeviceToken(tx: Tx, secret: string, userId: Uuid): Promise<string> {
  const owner = await readCredentials(tx, { id: userId });
  assert(owner, "a user who is signed in has a row");
  return newDeviceToken(secret, owner);
}

/** The device that a token names; null for one of another account, of before its password or sign-out, a forged one, or none. */
function readDeviceToken(secret: string, token: string | null, owner: Credentials): string | null {
  const [, id, proof] = TOKEN.exec(token ?? "") ?? [];
  if (id === undefined || proof === undefined) return null;
  return timingSafeEqual(Buffer.from(proof, "base64url"), proofOf(secret, id, owner)) ? id : null;
}

/**
 * Count an attempt before its password is looked at, so that many at once don't pass each other by. Gives seconds to wait,
 * 0 where it may be made now. What is stopped for its address isn't counted against its origin.
 */
async function countLogin(limits: LoginLimits, origin: string, email: string): Promise<number> {
  const waitS = await limits.count("pair", `${origin} ${email}`);
  return waitS > 0 ? waitS : limits.count("origin", origin);
}

/** Forget the attempts of a pair that has just signed in; this one was no failure of its origin's. */
async function resetLogins(limits: LoginLimits, origin: string, email: string): Promise<void> {
  await limits.reset("pair", `${origin} ${email}`);
  await limits.reward("origin", origin);
}

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
 * that origin only, whichever process is asked, and looks at no password meanwhile; a browser that has signed in to the account before is counted by
 * itself, so that others behind its address don't lock it out.
 */
export async function verifyCredentials(
  { reader, pool }: Pick<Database, "reader" | "pool">,
  input: VerifyCredentials,
): Promise<CredentialsOutcome> {
  const limits = loginLimits(pool);
  const email = input.email.trim().toLowerCase();
  const found = await readCredentials(reader, { email });
  const { secret, token } = input.device;
  const device = found && readDeviceToken(secret, token, found);
  const retryAfterS = await (device ? limits.count("device", device) : countLogin(limits, input.origin, email));
  if (retryAfterS > 0) return { outcome: "throttled", retryAfterS };
  if (!(await isPassword(input.password, found?.passwordHash ?? null)) || !found) return { outcome: "wrong" };
  await (device ? limits.reset("device", device) : resetLogins(limits, input.origin, email));
  if (found.user.suspendedMs !== null) return { outcome: "suspended", reason: found.user.suspendedReason };
  return { outcome: "verified", user: found.user, deviceToken: newDeviceToken(secret, found) };
}

/** Set a new password, made a hash before the transaction, and sign out everywhere but in the session named. */
export async function changePassword(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; passwordHash: string; exceptSessionId: Uuid | null },
): Promise<void> {
  await writeUser(tx, input.userId, { passwordHash: input.passwordHash, passwordChangedMs: ctx.nowMs });
  await endAllSessions(tx, ctx, input);
}

export type SignUp = Omit<SignUpInput, "password"> & {
  /** Of `hashPassword`, made before the transaction. */
  passwordHash: string;
  userAgent: string | null;
};

/**
 * Make a visitor's account and sign them in. A referral code that nobody has is ignored: it came with a link.
 *
 * Errors: `state_conflict` where the e-mail address is taken.
 */
export async function signUp(tx: Tx, ctx: Ctx, input: SignUp): Promise<{ user: User; session: NewSession }> {
  const isKnown = input.referred_by !== null && (await readUserIdByReferralCode(tx, input.referred_by)) !== null;
  const user = await createUser(tx, ctx, {
    email: input.email,
    passwordHash: input.passwordHash,
    timeZone: input.time_zone,
    locale: input.locale,
    referredBy: isKnown ? input.referred_by : null,
  });
  const session = await createSession(tx, ctx, { userId: user.id, userAgent: input.userAgent });
  return { user, session };
}
