import type { AttemptOutcome, Classification, KeyAction, UpstreamAnswer } from "./adapter";
import { type ErrorFacts, readErrorFacts, readRetryAfterMs } from "./error-facts";

type Rule = {
  outcome: AttemptOutcome;
  when(facts: ErrorFacts): boolean;
  forKey(answer: UpstreamAnswer): KeyAction;
  forRequest: Classification["forRequest"];
};

const NO_MONEY_CODES =
  /insufficient_quota|credit_balance_exhausted|billing_hard_limit_reached|exceeded_current_quota|payment_required|billing_error|quota_exceeded|billing_disabled|\b30001\b/;
const NO_MONEY_TEXT =
  /credit balance is too low|insufficient (?:account )?balance|exhausted balance|balance is insufficient|credits are depleted|any credits or licenses|used all available credits|not have enough credits|exceeded your current quota/;
const SPEND_LIMIT =
  /spend_limit|_usage_limit_exceeded|specified api usage limits|monthly spending limit|key limit exceeded/;
const INVALID_KEY =
  /incorrect api key|api key not valid|api key expired|invalid (?:x-)?api[- ]key|invalid token|invalid_api_key|api_key_invalid|authentication error|authentication fails/;
const DISABLED =
  /organization has been disabled|account_deactivated|account (?:is|has been) (?:deactivated|disabled|suspended)|service_disabled|organization_restricted/;
const ADDRESS = /ip[ _](?:address )?(?:is )?not[ _](?:authorized|allowed|allow-?listed)/;
const POLICY = /content_policy|content_filter|moderation|guardrail|safety_|prohibited_content/;
const NO_MODEL_CODES = /model_not_found|unsupported_country_region_territory|\b(?:5007|5016|20012)\b/;
// The model has to be what the sentence is about: "tool use with this model is not available" is about the request.
const NO_MODEL_TEXT =
  /(?:^|[.:]\s*)(?:the |this |that |requested |your )*model\b[^.]{0,120}(?:not found|does not exist|not exist|no access|not have access|is not available)|no such model|not have access to (?:the |this )?model/;
const OVERLOADED = /overloaded|slow_down|capacity_exceeded|capacity exceeded|engine_overloaded|system_busy/;
/** The limit is below what this one request asks for: it would be refused at any time, by an idle key too. */
const ABOVE_LIMIT = /^request too large .*\btokens per min/;

const REDIRECTED_MS = 300_000;

/** 00:00 UTC on the first of the month that follows: when a monthly limit begins anew. */
function nextMonthMs(nowMs: number): number {
  const at = new Date(nowMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}

const said = ({ type, code, message }: ErrorFacts): string => `${type} ${code} ${message}`;
const isWell = (): KeyAction => ({ action: "none" });
const isFault = (): KeyAction => ({ action: "fault" });

// In this order; the first that matches decides. Source: each supplier's own page on errors.
const RULES: readonly Rule[] = [
  {
    outcome: "spend_limit",
    when: (facts) => facts.status >= 400 && facts.status < 500 && SPEND_LIMIT.test(said(facts)),
    forKey: ({ nowMs }) => ({ action: "deplete", reason: "spend_limit", recheckAtMs: nextMonthMs(nowMs) }),
    forRequest: "next_key",
  },
  {
    outcome: "no_money",
    when: (facts) =>
      facts.status === 402 ||
      (facts.status >= 400 &&
        facts.status < 500 &&
        (NO_MONEY_CODES.test(`${facts.type} ${facts.code}`) || NO_MONEY_TEXT.test(facts.message))),
    forKey: () => ({ action: "deplete", reason: "no_money" }),
    forRequest: "next_key",
  },
  {
    outcome: "address_refused",
    when: (facts) => (facts.status === 401 || facts.status === 403) && ADDRESS.test(said(facts)),
    forKey: () => ({ action: "quarantine", reason: "address_refused" }),
    forRequest: "next_key",
  },
  {
    outcome: "account_disabled",
    when: (facts) => facts.status >= 400 && facts.status < 500 && DISABLED.test(said(facts)),
    forKey: () => ({ action: "quarantine", reason: "account_disabled" }),
    forRequest: "next_key",
  },
  {
    outcome: "invalid_key",
    when: (facts) =>
      facts.status === 401 ||
      ((facts.status === 400 || facts.status === 403) &&
        (INVALID_KEY.test(said(facts)) || /^(?:10000|9109)\b/.test(facts.code))),
    forKey: () => ({ action: "quarantine", reason: "invalid_key" }),
    forRequest: "next_key",
  },
  {
    outcome: "content_policy",
    when: (facts) => (facts.status === 400 || facts.status === 403) && POLICY.test(said(facts)),
    forKey: isWell,
    forRequest: "surface",
  },
  {
    outcome: "model_unavailable",
    when: (facts) =>
      [400, 403, 404].includes(facts.status) &&
      (NO_MODEL_CODES.test(`${facts.type} ${facts.code}`) || NO_MODEL_TEXT.test(facts.message)),
    forKey: () => ({ action: "avoid_model" }),
    forRequest: "next_key",
  },
  {
    outcome: "above_limit",
    when: (facts) => (facts.status === 429 || facts.status === 413) && ABOVE_LIMIT.test(facts.message),
    forKey: isWell,
    forRequest: "next_key",
  },
  {
    outcome: "rate_limited",
    when: (facts) => facts.status === 429 && !OVERLOADED.test(said(facts)),
    forKey: (answer) => ({ action: "cool", retryAfterMs: readRetryAfterMs(answer) }),
    forRequest: "next_key",
  },
  {
    outcome: "overloaded",
    when: (facts) =>
      [429, 498, 503, 529].includes(facts.status) || (facts.status >= 500 && OVERLOADED.test(said(facts))),
    forKey: isFault,
    forRequest: "next_key",
  },
  {
    outcome: "server_error",
    when: ({ status }) => status >= 500 || status === 408 || status < 200,
    forKey: isFault,
    forRequest: "next_key",
  },
  {
    outcome: "redirected",
    when: ({ status }) => status >= 300 && status < 400,
    forKey: () => ({ action: "cool", retryAfterMs: REDIRECTED_MS }),
    forRequest: "next_key",
  },
];

/** What APIs answer about a request itself. */
const CALLERS_OWN_STATUSES = [400, 404, 413, 422];
/** What a firewall or a proxy in front of a supplier answers means: nothing of the key, the account or the model. */
const FROM_ELSEWHERE: Classification = { forKey: isFault(), forRequest: "next_key", outcome: "unreadable" };
/** Statuses that say the same whoever sends them. */
const WHOEVER_SENDS_IT = [402, 408, 429];

/** Whether an answer is a page for people: what stands before the supplier's API answered. */
const isPage = ({ body }: UpstreamAnswer): boolean => /^\s*</.test(body);

/** Whether an answer is an API's own, as far as it was read. */
const isApiError = (body: string): boolean => /^\s*[[{]/.test(body);

/**
 * What an answer that isn't a success means, for the key and for the request.
 *
 * Only an API's own error says anything of a key, an account or a model, and only one about the request reaches the caller. A
 * 403 that no rule knows is taken to be about the request, and another key is tried.
 */
export function classifyAnswer(answer: UpstreamAnswer): Classification {
  const { status, body } = answer;
  const isCallers = status >= 400 && status < 500;
  if (isCallers && isPage(answer) && !WHOEVER_SENDS_IT.includes(status)) return FROM_ELSEWHERE;
  const facts = readErrorFacts(answer);
  for (const rule of RULES) {
    if (rule.when(facts)) return { forKey: rule.forKey(answer), forRequest: rule.forRequest, outcome: rule.outcome };
  }
  if (status === 403) return { forKey: isWell(), forRequest: "next_key", outcome: "bad_request" };
  if (!CALLERS_OWN_STATUSES.includes(status) || !isApiError(body)) return FROM_ELSEWHERE;
  return { forKey: isWell(), forRequest: "surface", outcome: "bad_request" };
}

const UNREADABLE_MS = 300_000;

/**
 * What it means that a supplier gave no answer that can be read: it couldn't be reached, didn't answer in time, or sent
 * something else than its protocol: a login page of a relay, for one. A caller can bring a supplier to send JSON that is
 * no reply (`unexpected`), which therefore weighs no more than a fault.
 */
export function classifyFailure(failure: "unreachable" | "timeout" | "unreadable" | "unexpected"): Classification {
  const forKey =
    failure === "unreadable"
      ? ({ action: "cool", retryAfterMs: UNREADABLE_MS } as const)
      : ({ action: "fault" } as const);
  return { forKey, forRequest: "next_key", outcome: failure === "unexpected" ? "unreadable" : failure };
}

/** What a supplier's error means where it says nothing of its own: overloaded. */
const UNSAID = 503;
/** What it means where it calls the request invalid. */
const CALLERS_OWN = 400;

/**
 * The status of an error that came with a good one: relays, and streams that fail at once, put it into the body.
 *
 * Null where the text is no error of any envelope.
 */
export function readStatusWithin(body: string): number | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null; // a page for people, or half a reply
  }
  const outer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (typeof outer !== "object" || outer === null || !("error" in outer)) return null;
  const { error } = outer;
  const inner = typeof error === "object" && error !== null ? error : outer;
  const said = [Reflect.get(inner, "code"), Reflect.get(inner, "status")].map(Number);
  const status = said.find((code) => Number.isInteger(code) && code >= 400 && code <= 599);
  return status ?? (Reflect.get(inner, "type") === "invalid_request_error" ? CALLERS_OWN : UNSAID);
}
