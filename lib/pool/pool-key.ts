import type { Uuid } from "../ids";
import type { Decimal, Nanos } from "../money";
import { KEY_FAULTS } from "../providers";
import type { SecretText } from "../vault";

/**
 * Why a key is out of use, or was ended: what its provider says of it; `quota_used`, what it was given for is used up;
 * `drained`, its account's money was spent elsewhere; its owner or an operator did it.
 */
export const KEY_REASONS = [...KEY_FAULTS, "quota_used", "drained", "by_owner", "by_operator"] as const;
export type KeyReason = (typeof KEY_REASONS)[number];

/** A stored reason; null where there is none, or none of these. */
export const toKeyReason = (text: string | null): KeyReason | null =>
  KEY_REASONS.find((reason) => reason === text) ?? null;

/** What the database says of a key. Cooling down isn't a state: an active key that waits until a time. */
export const POOL_KEY_STATES = [
  "active",
  "depleted",
  "quarantined",
  "disabled",
  "paused",
  "revoked",
  "retired",
] as const;
export type PoolKeyState = (typeof POOL_KEY_STATES)[number];

/** A source of supply, as far as routing needs it. A higher `priority` is served first. */
export type PoolChannel = {
  id: string;
  provider: string;
  priority: number;
  weight: number;
  baseUrl: string | null;
  /** The supplier's own model names by ours, and the only models served, where the channel has them. */
  models: ReadonlyMap<string, string> | null;
  discount: Decimal;
  costFactor: Decimal;
};

/** A supplier's key that is ready for use. Units: nanodollars; a quota left of null means that none is known. */
export type PoolKey = {
  id: Uuid;
  channel: PoolChannel;
  /** The contributor, or null for the platform's own. */
  ownerId: Uuid | null;
  secret: SecretText;
  quotaLeftNanos: Nanos | null;
  coolingUntilMs: number;
  /** Bad answers in a row that the database remembers; the first good one clears them. */
  failures: number;
};

/** What an operator is shown of a key: never the secret. Units: nanodollars. */
export type PoolKeyView = {
  id: Uuid;
  channelId: string;
  provider: string;
  ownerId: Uuid | null;
  /** The last characters, for telling keys apart. */
  hint: string;
  state: PoolKeyState | "cooling";
  reason: string | null;
  quotaNanos: Nanos | null;
  costNanos: Nanos;
  quotaLeftNanos: Nanos | null;
  health: { failures: number; lastError: string | null; coolingUntilMs: number | null; checkedAtMs: number | null };
  createdAtMs: number;
};

/** Some of a provider's keys that are in a state. */
export type KeyCount = { provider: string; state: PoolKeyView["state"]; count: number };

/** What is left of a quota, never below zero. Units: nanodollars. */
export function quotaLeft(quotaNanos: Nanos | null, costNanos: Nanos): Nanos | null {
  if (quotaNanos === null) return null;
  const left = quotaNanos - costNanos;
  return (left > 0n ? left : 0n) as Nanos;
}
