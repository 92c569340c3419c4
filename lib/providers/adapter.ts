import type { BillField, Provider } from "../catalog";

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

/** An answer of a supplier that isn't a success. Header names are lower case; `body` is its text, cut where it is long. */
export type UpstreamAnswer = {
  status: number;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  body: string;
  nowMs: number;
};

/** One word for what came of an attempt, as the usage record keeps it. */
export type AttemptOutcome =
  | "ok"
  | "invalid_key"
  | "address_refused"
  | "account_disabled"
  | "no_money"
  | "spend_limit"
  | "model_unavailable"
  | "content_policy"
  | "above_limit"
  | "rate_limited"
  | "overloaded"
  | "server_error"
  | "unreachable"
  | "timeout"
  | "unreadable"
  | "redirected"
  | "bad_request";

/** What an answer means: for the key, for the request, and in one word. */
export type Classification = {
  forKey: KeyAction;
  /** Try another key, or give the answer to the caller. */
  forRequest: "next_key" | "surface";
  outcome: AttemptOutcome;
};

/** Where a supplier's OpenAI-compatible endpoint is, and what is particular about it. */
export type OpenAiEndpoint = {
  /** Between the base URL and `/chat/completions`. A supplier may put a part of the secret there. */
  path(secret: string): string;
  /** The field that bounds the output where the caller named none. */
  outputCapField: "max_completion_tokens" | "max_tokens";
  /** Where reasoning tokens are counted: in the output's total, beside it, or only in the sum of input and output. */
  reasoning: "inside" | "beside" | "in_sum";
  /** Whether ending the call ends the bill; elsewhere a call is read to its end. */
  abortStopsBill: boolean;
};

/** A supplier as the gateway needs to know it. */
export type Adapter = {
  readonly id: Provider;
  /** Its public address, in the form that its SDK takes; null where each channel names its own. */
  readonly baseUrl: string | null;
  /** Null where it has no OpenAI-compatible endpoint. */
  readonly openAi: OpenAiEndpoint | null;
  /** Request fields that change its bill. */
  readonly billFields: readonly BillField[];
  /** The headers that show a key. */
  authHeaders(secret: string): Readonly<Record<string, string>>;
  /** What an answer that isn't a success means. */
  classify(answer: UpstreamAnswer): Classification;
};
