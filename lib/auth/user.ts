import type { Uuid } from "../ids";
import type { Role, UserLimits } from "./schemas";

/** A person's account, without what proves who they are. */
export type User = {
  id: Uuid;
  email: string;
  role: Role;
  name: string | null;
  walletId: bigint;
  timeZone: string;
  locale: string;
  emailVerifiedMs: number | null;
  suspendedMs: number | null;
  suspendedReason: string | null;
  tier: string | null;
  limits: UserLimits | null;
  referralCode: string;
  createdMs: number;
};
