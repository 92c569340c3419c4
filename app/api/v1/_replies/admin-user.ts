import * as z from "zod";
import { UserLimits, type User } from "@/lib/auth";
import { AccountReply, showAccount } from "./account";
import { BalanceReply } from "./balance";
import { showTime, Time } from "./fields";

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
