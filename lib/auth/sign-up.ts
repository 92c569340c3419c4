import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { createSession, type NewSession } from "./create-session";
import { createUser } from "./create-user";
import type { SignUpInput } from "./schemas";
import type { User } from "./user";
import { readUserIdByReferralCode } from "./user.store";

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
