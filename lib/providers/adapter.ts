import type { BillField, Provider } from "../catalog";
import type { Nanos } from "../money";

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

/** What a model must be able to do to be called in each wire protocol of the gateway, by the protocol's name. */
export const PROTOCOL_CAPABILITIES = { openai: "chat" } as const;

/** Where a supplier speaks a wire protocol, and what is particular about it there. */
export type Endpoint = {
  /** Between the base URL and the protocol's own path. A supplier may put a part of the secret there. */
  path(secret: string): string;
  /** The field that bounds the output where the caller named none. */
  outputCapField: "max_completion_tokens" | "max_tokens";
  /** Where reasoning tokens are counted: in the output's total or beside it. */
  reasoning: "inside" | "beside";
  /**
   * What `total_tokens` holds. Where it is the prompt and the output, what of it isn't the prompt is output, even if
   * `completion_tokens` leaves it out; where something else is in it, it says nothing of the output.
   */
  total: "prompt_and_output" | "more";
  /** Whether ending the call ends the bill; elsewhere a call is read to its end. */
  abortStopsBill: boolean;
  /** The member of a usage report in which the supplier says what it bills: dollars, or ten-billionths of one. */
  ownCost: "cost" | "cost_in_usd_ticks" | null;
};

/** One call of a key check; its path begins behind the base URL. */
export type KeyCheckCall = { method: "GET" | "POST"; path: string; body?: string };

/** What of an answer to a check is looked at. */
type CheckAnswer = { status: number; body: string };

/** How a key is checked with its supplier, in calls of the supplier's own API. */
export type KeyCheck = {
  /** A call that costs nothing and that most keys may make. */
  read(secret: string): KeyCheckCall;
  /** The smallest call of a model that costs something. */
  pay(secret: string, upstreamModel: string): KeyCheckCall;
  /** The same call in another way, where the answer refuses a field that some models have another of; null where it doesn't. */
  payOtherwise(secret: string, upstreamModel: string, answer: CheckAnswer): KeyCheckCall | null;
  /** Whether an error shows that the model ran: one that reasons has no room for an answer in one token. */
  hasRun(answer: CheckAnswer): boolean;
  /** The tokens that an answer to `pay` says it took; as many as it can have taken where it doesn't say. */
  tokensOf(body: string): { input: number; output: number };
  /** The account behind a key, where an answer's headers name it. */
  accountOf(headers: UpstreamAnswer["headers"]): string | null;
  /** The calls that tell an account's balance, in their order. */
  balance(secret: string, nowMs: number): readonly KeyCheckCall[];
  /**
   * The balance that the objects of these calls come to; null where they don't tell one. Units: nanodollars. Rounding: down, so
   * that a contributor is never credited what isn't there.
   */
  balanceOf(answers: readonly Record<string, unknown>[]): Nanos | null;
};

/** A supplier as the gateway needs to know it. */
export type Adapter = {
  readonly id: Provider;
  /** Its public address, in the form that its SDK takes; null where each channel names its own. */
  readonly baseUrl: string | null;
  /** Where it speaks which wire protocol, by the protocol's name. */
  readonly endpoints: Readonly<Partial<Record<string, Endpoint>>>;
  /** Null where nobody knows yet how to check its keys: they can't be contributed. */
  readonly keyCheck: KeyCheck | null;
  /** Request fields that change its bill. */
  readonly billFields: readonly BillField[];
  /** The headers that show a key. */
  authHeaders(secret: string): Readonly<Record<string, string>>;
  /** What an answer that isn't a success means. */
  classify(answer: UpstreamAnswer): Classification;
};
