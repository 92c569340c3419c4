import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, randomText, type Uuid } from "../ids";
import { publishAccessChange } from "./api-key.store";
import type { AccountPatch, Role, UserLimits } from "./schemas";
import { endAllSessions } from "./session";
import {
  insertUser,
  readCredentials,
  readUser,
  readUserIdByReferralCode,
  readUsers,
  type User,
  writeUser,
} from "./user.store";

/** A user by id. Errors: `not_found`. */
export async function getUser(reader: Tx, id: Uuid): Promise<User> {
  const user = await readUser(reader, id);
  if (!user) throw new ScripError("not_found", "There is no such user.");
  return user;
}

/** The account with that e-mail address, or `null`. */
export async function findUserByEmail(reader: Tx, email: string): Promise<User | null> {
  return (await readCredentials(reader, { email: email.trim().toLowerCase() }))?.user ?? null;
}

/** At most `limit` users, newest first, after a place in the list, whose e-mail address contains `search`. */
export function listUsers(
  reader: Tx,
  input: { limit: number; after: { createdMs: number; id: Uuid } | null; search: string | null },
): Promise<User[]> {
  return readUsers(reader, input);
}

const REFERRAL_CODE_LENGTH = 10;

export type CreateUser = {
  email: string;
  /** Of `hashPassword`, made before the transaction; null for an account without a password. */
  passwordHash: string | null;
  role?: Role;
  name?: string | null;
  isEmailVerified?: boolean;
  timeZone?: string;
  locale?: string;
  /** Somebody's referral code. */
  referredBy?: string | null;
};

/**
 * Make an account, with its wallet and its referral code.
 *
 * Errors: `state_conflict` where the e-mail address is taken, `validation_failed` where nobody has the referral code.
 */
export async function createUser(tx: Tx, ctx: Ctx, input: CreateUser): Promise<User> {
  const referredById = input.referredBy ? await readUserIdByReferralCode(tx, input.referredBy) : null;
  if (input.referredBy && !referredById) {
    throw new ScripError("validation_failed", "Nobody has this referral code.", {
      errors: [{ path: "referred_by", message: "is nobody's referral code" }],
    });
  }
  const user = await insertUser(tx, {
    id: newUuid(ctx.nowMs),
    email: input.email.trim().toLowerCase(),
    passwordHash: input.passwordHash,
    role: input.role ?? "user",
    name: input.name ?? null,
    timeZone: input.timeZone ?? "UTC",
    locale: input.locale ?? "en",
    emailVerifiedMs: input.isEmailVerified ? ctx.nowMs : null,
    referralCode: randomText(REFERRAL_CODE_LENGTH),
    referredById,
    createdMs: ctx.nowMs,
  });
  if (!user) {
    throw new ScripError(
      "state_conflict",
      "An account with this e-mail address exists. Sign in, or use another address.",
    );
  }
  return user;
}

/** Change what people may change of their own account. */
export function updateAccount(tx: Tx, _ctx: Ctx, input: { userId: Uuid; patch: AccountPatch }): Promise<User> {
  const { name, time_zone: timeZone, locale } = input.patch;
  return writeUser(tx, input.userId, { name, timeZone, locale });
}

export type UpdateUser = {
  userId: Uuid;
  role?: Role;
  tier?: string | null;
  limits?: UserLimits | null;
  isSuspended?: boolean;
  reason: string | null;
};

/**
 * Change what admins may change of an account. Gateways see it within a second; a suspended user is signed out.
 *
 * Errors: `not_found`.
 */
export async function updateUser(tx: Tx, ctx: Ctx, input: UpdateUser): Promise<{ before: User; after: User }> {
  const before = await getUser(tx, input.userId);
  const after = await writeUser(tx, input.userId, {
    role: input.role,
    tier: input.tier,
    limits: input.limits,
    ...(input.isSuspended === true && {
      suspendedMs: before.suspendedMs ?? ctx.nowMs,
      suspendedReason: input.reason ?? before.suspendedReason,
    }),
    ...(input.isSuspended === false && { suspendedMs: null, suspendedReason: null }),
  });
  if (after.suspendedMs !== null) await endAllSessions(tx, ctx, { userId: input.userId, exceptSessionId: null });
  await publishAccessChange(tx, { userId: input.userId });
  return { before, after };
}

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
