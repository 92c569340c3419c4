import { describe, expect, it } from "vitest";
import { findAdapter } from "@/lib/providers";

const NOW = Date.UTC(2026, 10, 25, 12);
const classify = (status: number, body: unknown, headers: Record<string, string> = {}, provider = "openai") => {
  const adapter = findAdapter(provider);
  if (!adapter) throw new Error(`no adapter for ${provider}`);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return adapter.classify({ status, headers, body: text, nowMs: NOW });
};
const error = (message: string, type: string | null = null, code: string | number | null = null) => ({
  error: { message, type, code, param: null },
});

const NEXT_MONTH = Date.UTC(2026, 11, 1);

/** One line a row of the reference's table of failures: what was answered, what it means for the key and the request. */
const CASES: [string, number, unknown, string, string, "next_key" | "surface"][] = [
  [
    "OpenAI: incorrect key",
    401,
    error("Incorrect API key provided: sk-…abcd.", "invalid_request_error", "invalid_api_key"),
    "invalid_key",
    "quarantine",
    "next_key",
  ],
  ["OpenRouter: 401 user not found", 401, error("User not found.", null, 401), "invalid_key", "quarantine", "next_key"],
  [
    "Gemini: 400 invalid key in an array",
    400,
    [
      {
        error: {
          code: 400,
          message: "API key not valid. Please pass a valid API key.",
          status: "INVALID_ARGUMENT",
          details: [{ reason: "API_KEY_INVALID" }],
        },
      },
    ],
    "invalid_key",
    "quarantine",
    "next_key",
  ],
  [
    "xAI: 400 invalid key as text",
    400,
    { code: "Client specified an invalid argument", error: "Incorrect API key provided: xa***xx." },
    "invalid_key",
    "quarantine",
    "next_key",
  ],
  [
    "Cloudflare: 403 code 10000",
    403,
    { success: false, errors: [{ code: 10000, message: "Authentication error" }], result: null },
    "invalid_key",
    "quarantine",
    "next_key",
  ],
  ["DeepSeek: plain text 401", 401, "Authentication Fails (governor)", "invalid_key", "quarantine", "next_key"],
  [
    "OpenAI: address not allowed",
    401,
    error("Your IP is not authorized to use this project.", "invalid_request_error"),
    "address_refused",
    "quarantine",
    "next_key",
  ],
  [
    "Anthropic: organisation disabled",
    403,
    error("This organization has been disabled.", "permission_error"),
    "account_disabled",
    "quarantine",
    "next_key",
  ],
  [
    "OpenAI: insufficient quota is a 429",
    429,
    error("You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "OpenAI: credit balance exhausted",
    429,
    error("Exhausted.", "insufficient_quota", "credit_balance_exhausted"),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "OpenAI: billing hard limit is a 400",
    400,
    error("Billing hard limit has been reached", null, "billing_hard_limit_reached"),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "OpenAI: monthly spend limit",
    429,
    error("Limit.", "insufficient_quota", "project_spend_limit_exceeded"),
    "spend_limit",
    "deplete",
    "next_key",
  ],
  [
    "DeepSeek: 402",
    402,
    error("Insufficient Balance", "unknown_error", "invalid_request_error"),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "Moonshot: suspended for its balance",
    429,
    error(
      "Your account org-1 <ak-2> is suspended due to insufficient balance, please recharge",
      "exceeded_current_quota_error",
    ),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "Anthropic: credit too low is a 400",
    400,
    error("Your credit balance is too low to access the Anthropic API.", "invalid_request_error"),
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "xAI: no credits is a 403",
    403,
    {
      code: "The caller does not have permission",
      error: "Your newly created team doesn't have any credits or licenses yet",
    },
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "SiliconFlow: balance is a 403",
    403,
    { code: 30001, message: "Sorry, your account balance is insufficient", data: null },
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "Gemini: prepayment gone is a 429",
    429,
    [{ error: { code: 429, message: "Your prepayment credits are depleted.", status: "RESOURCE_EXHAUSTED" } }],
    "no_money",
    "deplete",
    "next_key",
  ],
  [
    "OpenRouter: key limit is a 403",
    403,
    error("Key limit exceeded (monthly limit)", null, 403),
    "spend_limit",
    "deplete",
    "next_key",
  ],
  [
    "OpenAI: rate limit",
    429,
    error("Rate limit reached for gpt-4", "requests", "rate_limit_exceeded"),
    "rate_limited",
    "cool",
    "next_key",
  ],
  ["OpenAI: slow down", 429, error("Slow down.", "rate_limit_error", "slow_down"), "overloaded", "fault", "next_key"],
  ["Moonshot: engine overloaded", 429, error("Busy.", "engine_overloaded_error"), "overloaded", "fault", "next_key"],
  [
    "OpenAI: overloaded",
    503,
    error("Overloaded.", "service_unavailable_error", "server_is_overloaded"),
    "overloaded",
    "fault",
    "next_key",
  ],
  ["Anthropic: 529", 529, error("Overloaded", "overloaded_error"), "overloaded", "fault", "next_key"],
  ["a 500 without a body", 500, "", "server_error", "fault", "next_key"],
  ["a gateway's HTML", 502, "<html>Bad gateway</html>", "server_error", "fault", "next_key"],
  ["a request timeout", 408, error("Timed out."), "server_error", "fault", "next_key"],
  [
    "OpenAI: a model that the key may not use",
    404,
    error(
      "The model `gpt-9` does not exist or you do not have access to it.",
      "invalid_request_error",
      "model_not_found",
    ),
    "model_unavailable",
    "avoid_model",
    "next_key",
  ],
  [
    "OpenAI: region",
    403,
    error("Country not supported.", null, "unsupported_country_region_territory"),
    "model_unavailable",
    "avoid_model",
    "next_key",
  ],
  [
    "OpenAI: content policy",
    400,
    error("Rejected.", "invalid_request_error", "content_policy_violation"),
    "content_policy",
    "none",
    "surface",
  ],
  [
    "OpenRouter: guardrail is a 403",
    403,
    error("Blocked by guardrail", "permission_denied", 403),
    "content_policy",
    "none",
    "surface",
  ],
  [
    "OpenAI: bad request",
    400,
    error("'messages' is required.", "invalid_request_error"),
    "bad_request",
    "none",
    "surface",
  ],
  [
    "OpenAI: context too long",
    400,
    error("This model's maximum context length is 8192 tokens.", "invalid_request_error", "context_length_exceeded"),
    "bad_request",
    "none",
    "surface",
  ],
  [
    "Mistral: 422",
    422,
    { detail: [{ loc: ["body"], msg: "field required", type: "missing" }] },
    "bad_request",
    "none",
    "surface",
  ],
  ["too large", 413, error("Too large.", "invalid_request_error"), "bad_request", "none", "surface"],
  ["a redirect is never followed", 302, "", "redirected", "cool", "next_key"],
];

describe("classifyAnswer", () => {
  it.each(CASES)("%s", (_, status, body, outcome, action, forRequest) => {
    const { forKey, ...rest } = classify(status, body);
    expect({ action: forKey.action, ...rest }).toEqual({ action, outcome, forRequest });
  });

  it("looks again at a monthly limit on the first of the next month", () => {
    expect(classify(429, error("Limit.", "insufficient_quota", "organization_spend_limit_exceeded")).forKey).toEqual({
      action: "deplete",
      reason: "spend_limit",
      recheckAtMs: NEXT_MONTH,
    });
  });

  it("reads how long to wait from every place where suppliers write it", () => {
    const limited = error("Rate limit reached.", "requests", "rate_limit_exceeded");
    const waits: [Record<string, string>, unknown, number | null][] = [
      [{ "retry-after": "7" }, limited, 7_000],
      [{ "retry-after": "7", "retry-after-ms": "250" }, limited, 250],
      [{ "retry-after": new Date(NOW + 30_000).toUTCString() }, limited, 30_000],
      [{}, error("Please try again in 1.2s. Visit the site.", "tokens", "rate_limit_exceeded"), 1_200],
      [{}, error("Please try again in 6m0s.", "tokens"), 360_000],
      [{}, [{ error: { message: "Quota.", details: [{ retryDelay: "38.2s" }] } }], 38_200],
      [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12ms" }, limited, 12],
      [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "-1" }, limited, null],
      [{ "retry-after": "soon" }, limited, null],
      [{}, limited, null],
    ];
    for (const [headers, body, retryAfterMs] of waits) {
      expect(classify(429, body, headers).forKey, JSON.stringify(headers)).toEqual({ action: "cool", retryAfterMs });
    }
  });

  it("says nothing against a key for a body that no envelope fits", () => {
    for (const body of ["[]", "{}", '{"error":null}', '{"errors":[]}']) {
      expect(classify(400, body)).toEqual({
        forKey: { action: "none" },
        forRequest: "surface",
        outcome: "bad_request",
      });
    }
  });
});
