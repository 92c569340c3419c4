import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, randomText } from "../ids";
import type { Role } from "./schemas";
import type { User } from "./user";
import { insertUser, readUserIdByReferralCode } from "./user.store";

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
