/** What a supplier says is wrong with a key, as codes. */
export const KEY_FAULTS = ["invalid_key", "account_disabled", "address_refused", "no_money", "spend_limit"] as const;
export type KeyFault = (typeof KEY_FAULTS)[number];

/** What an answer of a supplier says about the key that asked. The pool acts on it. */
export type KeyAction =
  /** The key is well: a success, or a refusal that is the caller's own. */
  | { action: "none" }
  /** The key seems invalid, revoked or shut out. One such answer is no proof. */
  | { action: "quarantine"; reason: KeyFault }
  /** Its account has no money, or hit its billing limit; worth another look at `recheckAtMs` where that is known. */
  | { action: "deplete"; reason: KeyFault; recheckAtMs?: number }
  /** This key can't use this model (or not from here). */
  | { action: "avoid_model" }
  /** Too fast. `retryAfterMs` is what the supplier asked for, or null. */
  | { action: "cool"; retryAfterMs: number | null }
  /** The supplier failed or didn't answer in time: counts against the key until it works again. */
  | { action: "fault" };
