/** What an answer of a supplier says about the key that asked. The pool acts on it. */
export type KeyAction =
  /** The key is well: a success, or a refusal that is the caller's own. */
  | { action: "none" }
  /** The key seems invalid, revoked or shut out. One such answer is no proof. */
  | { action: "quarantine"; reason: string }
  /** Its account has no money, or hit its billing limit; worth another look at `recheckAtMs` where that is known. */
  | { action: "deplete"; reason: string; recheckAtMs?: number }
  /** This key can't use this model (or not from here). */
  | { action: "avoid_model"; forMs?: number }
  /** Too fast. `retryAfterMs` is what the supplier asked for, or null. */
  | { action: "cool"; retryAfterMs: number | null }
  /** The supplier failed or didn't answer in time: counts against the key until it works again. */
  | { action: "fault" };
