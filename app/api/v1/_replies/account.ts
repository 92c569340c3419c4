import { Locale, Role, type User, UserLimits } from "@/lib/auth";
import { toPublicId } from "@/lib/ids";
import { toIso } from "@/lib/time";
import * as z from "zod";
import { Credits, showTime, Time } from "./fields";

export const AccountReply = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: Role,
    tier: z.string().nullable(),
    time_zone: z.string(),
    locale: Locale,
    email_verified: z.boolean(),
    referral_code: z.string(),
    created_at: Time,
  })
  .meta({ id: "Account" });

/** An account as its owner sees it. */
export const showAccount = (user: User) => ({
  id: toPublicId("user", user.id),
  email: user.email,
  name: user.name,
  role: user.role,
  tier: user.tier,
  time_zone: user.timeZone,
  locale: user.locale,
  email_verified: user.emailVerifiedMs !== null,
  referral_code: user.referralCode,
  created_at: toIso(user.createdMs),
});

const Source = z.object({ promo: Credits, referral: Credits, purchased: Credits, earned: Credits });

export const BalanceReply = z
  .object({
    available: Credits,
    spendable: Credits.meta({
      description: "What may be spent now: available, less what may not be spent in advance.",
    }),
    held: Credits.meta({ description: "Reserved by requests in progress." }),
    debt: Credits,
    by_source: Source.meta({ description: "Sums to available + held." }),
    unvested: Credits,
    maturing: Credits,
    withdrawable: Credits,
    as_of: Time,
  })
  .meta({ id: "Balance" });

export const AdminUserReply = AccountReply.extend({
  limits: UserLimits.nullable().meta({ description: "Set by hand, instead of the tier's." }),
  suspended: z.boolean(),
  suspended_at: Time.nullable(),
  suspended_reason: z.string().nullable(),
}).meta({ id: "AdminUser" });

export const AdminUserWithBalanceReply = AdminUserReply.extend({ balance: BalanceReply }).meta({
  id: "AdminUserWithBalance",
});

/** An account as admins see it. */
export const showAdminUser = (user: User) => ({
  ...showAccount(user),
  limits: user.limits,
  suspended: user.suspendedMs !== null,
  suspended_at: showTime(user.suspendedMs),
  suspended_reason: user.suspendedReason,
});
