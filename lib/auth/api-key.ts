import { createHash } from "node:crypto";
import type { Uuid } from "../ids";
import type { ApiKeyInput, ApiKeyPatch, BillingMode, Role, Scope, Supply, UserLimits } from "./schemas";

/** An API key without its secret, which nobody has but its owner. */
export type ApiKey = {
  id: Uuid;
  userId: Uuid;
  name: string;
  /** The last four characters of the secret, to tell keys apart. */
  last4: string;
  scopes: Scope[];
  billingMode: BillingMode;
  /** Model ids that it may use; empty means all. */
  models: string[];
  /** Addresses and CIDR ranges that may use it; empty means all. */
  ips: string[];
  /** Channels that it is pinned to; empty means all. */
  channels: string[];
  supply: Supply;
  expiresMs: number | null;
  lastUsedMs: number | null;
  createdMs: number;
};

/** What a gateway must know to admit a request: the key and its owner. */
export type ApiKeyAccess = {
  key: ApiKey;
  user: {
    id: Uuid;
    walletId: bigint;
    role: Role;
    suspendedMs: number | null;
    tier: string | null;
    limits: UserLimits | null;
    timeZone: string;
  };
};

/** The part of a key that its owner chooses. */
export type ApiKeyFields = Pick<
  ApiKey,
  "name" | "scopes" | "billingMode" | "models" | "ips" | "channels" | "supply" | "expiresMs"
>;

/** The SHA-256 of a secret, by which its key is found. */
export const hashApiKeySecret = (secret: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(secret).digest());

/** A request's members as a key's fields; absent ones stay absent. */
export function toApiKeyFields(input: ApiKeyInput): ApiKeyFields;
export function toApiKeyFields(input: ApiKeyPatch): Partial<ApiKeyFields>;
export function toApiKeyFields(input: ApiKeyPatch): Partial<ApiKeyFields> {
  const { name, models, ips, channels, supply, billing_mode: billingMode, expires_at: expiresAt, scopes } = input;
  const expiresMs = expiresAt === undefined || expiresAt === null ? expiresAt : Date.parse(expiresAt);
  return { name, models, ips, channels, supply, billingMode, expiresMs, scopes: scopes && [...new Set(scopes)] };
}

/** Whether a key may be used where a scope is asked for: `admin` includes the others, for as long as its owner is one. */
export function hasScope({ key, user }: ApiKeyAccess, scope: Scope): boolean {
  const isAdmin = key.scopes.includes("admin") && user.role === "admin";
  return isAdmin || (scope !== "admin" && key.scopes.includes(scope));
}
