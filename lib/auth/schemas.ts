import { isIP } from "node:net";
import * as z from "zod";
import { NotYet, TimeInput } from "../http";
import { isCommonPassword } from "./password";

const PASSWORD_MIN = 8;
const PASSWORD_MAX = 128;
/** More than any password that was ever set, and little enough to be hashed for a stranger. */
const SIGN_IN_PASSWORD_MAX = 1_000;
const LIST_MAX = 100;

/** What an API key may be used for. `admin` includes the others. */
export const Scope = z.enum(["inference", "account", "admin"]);
export type Scope = z.infer<typeof Scope>;

export const Role = z.enum(["user", "admin"]);
export type Role = z.infer<typeof Role>;

export const BillingMode = z.enum(["token", "count", "hybrid"]);
export type BillingMode = z.infer<typeof BillingMode>;

/** Which supply a key may use: contributed endpoints only where it says `all`. */
export const Supply = z.enum(["official", "all"]);
export type Supply = z.infer<typeof Supply>;

/** Whose the operator's key is where no person is named: an account that nobody can sign in to, or get mail for. */
export const OPERATOR_EMAIL = "operator@scrip.invalid";

/** A person's e-mail address as it is kept: trimmed, in lower case. The operator's is nobody's. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(
    z.email("must be an e-mail address").refine((email) => email !== OPERATOR_EMAIL, "is kept for the operator's key"),
  );

export const Password = z
  .string()
  .min(PASSWORD_MIN, `must have at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX, `must have at most ${PASSWORD_MAX} characters`)
  .refine((password) => !isCommonPassword(password), "is one of the most common passwords: choose another one");

/** Whether the runtime knows a time zone of that name. Source: ECMA-402. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // RangeError: unknown name
  }
}

/** An IANA time zone. */
export const TimeZone = z.string().max(64).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin");

export const Locale = z.enum(["en", "zh"]);

function isIpRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** An address or a range in CIDR notation. */
const IpRange = z.string().max(49).refine(isIpRange, "must be an IP address or a CIDR range");

const keyFields = {
  name: z.string().trim().min(1).max(100),
  scopes: z.array(Scope).min(1).max(3),
  billing_mode: BillingMode,
  models: z.array(z.string().min(1).max(200)).max(LIST_MAX),
  ips: z.array(IpRange).max(LIST_MAX),
  channels: z.array(z.string().min(1).max(100)).max(LIST_MAX),
  supply: Supply,
  expires_at: TimeInput.nullable(),
  budget: NotYet,
};

/** A new API key. What is left out doesn't limit it. */
export const ApiKeyInput = z.strictObject({
  name: keyFields.name,
  scopes: keyFields.scopes.default(["inference"]),
  billing_mode: keyFields.billing_mode.default("token"),
  models: keyFields.models.default([]),
  ips: keyFields.ips.default([]),
  channels: keyFields.channels.default([]),
  supply: keyFields.supply.default("official"),
  expires_at: keyFields.expires_at.default(null),
  budget: keyFields.budget,
});
export type ApiKeyInput = z.infer<typeof ApiKeyInput>;

/** A change of an API key: what is left out stays. */
export const ApiKeyPatch = z.strictObject(keyFields).partial();
export type ApiKeyPatch = z.infer<typeof ApiKeyPatch>;

/** What a visitor fills in to get an account. */
export const SignUpInput = z.object({
  email: Email,
  password: Password,
  time_zone: TimeZone.default("UTC"),
  locale: Locale.default("en"),
  referred_by: z.string().max(32).nullable().default(null),
});
export type SignUpInput = z.infer<typeof SignUpInput>;

/** What somebody signs in with. */
export const SignInInput = z.object({ email: Email, password: z.string().min(1).max(SIGN_IN_PASSWORD_MAX) });

/** What people may change of their own account. */
export const AccountPatch = z.strictObject({
  name: z.string().trim().max(100).nullable().optional(),
  time_zone: TimeZone.optional(),
  locale: Locale.optional(),
});
export type AccountPatch = z.infer<typeof AccountPatch>;

/** Limits set by hand for one account, instead of its tier's. */
export const UserLimits = z.strictObject({
  requests_per_minute: z.int().min(1).max(1_000_000).optional(),
  tokens_per_minute: z.int().min(1).max(1_000_000_000).optional(),
  concurrency: z.int().min(1).max(100_000).optional(),
  discount: z.number().gt(0).max(1).optional(),
});
export type UserLimits = z.infer<typeof UserLimits>;
