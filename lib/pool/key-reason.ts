import { KEY_FAULTS } from "../providers";

/**
 * Why a key is out of use, or was ended: what its provider says of it; `quota_used`, what it was given for is used up;
 * `drained`, its account's money was spent elsewhere; its owner or an operator did it.
 */
export const KEY_REASONS = [...KEY_FAULTS, "quota_used", "drained", "by_owner", "by_operator"] as const;
export type KeyReason = (typeof KEY_REASONS)[number];

/** A stored reason; null where there is none, or none of these. */
export const toKeyReason = (text: string | null): KeyReason | null =>
  KEY_REASONS.find((reason) => reason === text) ?? null;
