import * as z from "zod";
import { Locale, Role, type User } from "@/lib/auth";
import { toPublicId } from "@/lib/ids";
import { toIso } from "@/lib/time";
import { Time } from "./fields";

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
