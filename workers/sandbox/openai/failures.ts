import type { OutgoingHttpHeaders } from "node:http";

/** An answer that is no reply. In texts `{key}`, `{model}` and `{org}` stand for the caller's own. */
export type Failure =
  | {
      kind: "error";
      status: number;
      type: string | null;
      code: string | null;
      param?: string;
      message: string;
      headers?: OutgoingHttpHeaders;
    }
  /** What a proxy in between, or a broken relay, sends instead. */
  | { kind: "raw"; status: number; contentType: string; text: string; headers?: OutgoingHttpHeaders }
  /** The connection ends without an answer. */
  | { kind: "reset" };

const error = (
  status: number,
  type: string | null,
  code: string | null,
  message: string,
  more: { param?: string; headers?: OutgoingHttpHeaders } = {},
): Failure => ({
  kind: "error",
  status,
  type,
  code,
  message,
  ...more,
});
const INVALID = "invalid_request_error";
const BILLING =
  "please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
const gatewayPage = (status: number, title: string): Failure => ({
  kind: "raw",
  status,
  contentType: "text/html; charset=UTF-8",
  text: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`,
});
const limited = (type: "requests" | "tokens", unit: string): Failure =>
  error(
    429,
    type,
    "rate_limit_exceeded",
    `Rate limit reached for {model} in organization {org} on ${unit}: Limit 10000, Used 9999, Requested 12. Please try again in 1.2s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
    { headers: { "retry-after": "2", "retry-after-ms": "1200" } },
  );

/**
 * What an OpenAI-compatible provider can answer instead of a reply, by the name that `POST /_sandbox/next` calls it.
 *
 * Source: OpenAI's error codes and its OpenAPI document, July 2026; the raw ones are seen at relays.
 */
const ALL: Record<string, Failure> = {
  invalid_api_key: error(
    401,
    INVALID,
    "invalid_api_key",
    "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
  ),
  missing_api_key: error(
    401,
    INVALID,
    null,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
  ),
  not_a_member: error(
    401,
    INVALID,
    null,
    "You must be a member of an organization to use the API. Please contact us through our help center at help.openai.com.",
  ),
  ip_not_authorized: error(
    401,
    INVALID,
    "ip_not_authorized",
    "Your IP is not authorized to use this API key. Please check the IP allowlist of your project in {org}.",
  ),
  unsupported_region: error(
    403,
    "request_forbidden",
    "unsupported_country_region_territory",
    "Country, region, or territory not supported",
  ),
  model_not_found: error(
    404,
    INVALID,
    "model_not_found",
    "The model `{model}` does not exist or you do not have access to it.",
  ),
  rate_limit_exceeded: limited("requests", "requests per min (RPM)"),
  tokens_rate_limit_exceeded: limited("tokens", "tokens per min (TPM)"),
  tokens_above_limit: error(
    429,
    "tokens",
    "rate_limit_exceeded",
    "Request too large for {model} in organization {org} on tokens per min (TPM): Limit 30000, Requested 41000. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.",
  ),
  slow_down: error(
    429,
    "rate_limit_error",
    "slow_down",
    "Please reduce your request rate to its original level, maintain a consistent rate for at least 15 minutes, and then gradually increase it.",
  ),
  insufficient_quota: error(
    429,
    "insufficient_quota",
    "insufficient_quota",
    `You exceeded your current quota, ${BILLING}`,
  ),
  credit_balance_exhausted: error(
    429,
    "insufficient_quota",
    "credit_balance_exhausted",
    `The credit balance of organization {org} is exhausted, ${BILLING}`,
  ),
  organization_spend_limit_exceeded: error(
    429,
    "insufficient_quota",
    "organization_spend_limit_exceeded",
    "Organization {org} has reached its monthly spend limit.",
  ),
  project_spend_limit_exceeded: error(
    429,
    "insufficient_quota",
    "project_spend_limit_exceeded",
    "This project of organization {org} has reached its monthly spend limit.",
  ),
  organization_usage_limit_exceeded: error(
    429,
    "insufficient_quota",
    "organization_usage_limit_exceeded",
    "Organization {org} has reached its usage limit.",
  ),
  billing_hard_limit_reached: error(400, INVALID, "billing_hard_limit_reached", "Billing hard limit has been reached"),
  service_tier_not_permitted: error(
    400,
    INVALID,
    null,
    "Invalid service_tier argument: the tier is not permitted for this project.",
    { param: "service_tier" },
  ),
  content_policy_violation: error(
    400,
    INVALID,
    "content_policy_violation",
    "Your request was rejected as a result of our safety system.",
  ),
  moderation_blocked: error(400, INVALID, "moderation_blocked", "Your request was rejected by the safety system."),
  context_length_exceeded: error(
    400,
    INVALID,
    "context_length_exceeded",
    "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
    { param: "messages" },
  ),
  invalid_value: error(400, INVALID, "invalid_value", "Invalid value for a parameter of the request.", {
    param: "messages",
  }),
  request_too_large: error(413, INVALID, null, "The request is too large."),
  unprocessable: error(422, INVALID, null, "The request could not be processed."),
  server_error: error(
    500,
    "server_error",
    null,
    "The server had an error while processing your request. Sorry about that! (Please include the request ID in your message.)",
  ),
  server_is_overloaded: error(
    503,
    "service_unavailable_error",
    "server_is_overloaded",
    "The engine is currently overloaded, please try again later.",
    { headers: { "retry-after": "1" } },
  ),
  bad_gateway: gatewayPage(502, "Bad Gateway"),
  gateway_timeout: gatewayPage(504, "Gateway Time-out"),
  /** A relay's wrong path: its web page, as a success. */
  html: {
    kind: "raw",
    status: 200,
    contentType: "text/html",
    text: "<!doctype html><html><head><title>One API</title></head><body><div id=root></div></body></html>",
  },
  broken_json: {
    kind: "raw",
    status: 200,
    contentType: "application/json",
    text: '{"id":"chatcmpl-broken","object":"chat.completion","choices":[{"index":0,"mess',
  },
  wrong_content_type: { kind: "raw", status: 200, contentType: "application/octet-stream", text: "\u0000\u0001\u0002" },
  empty: { kind: "raw", status: 200, contentType: "application/json", text: "" },
  redirect: {
    kind: "raw",
    status: 302,
    contentType: "text/plain",
    text: "Found",
    headers: { location: "http://127.0.0.1:9/elsewhere" },
  },
  reset: { kind: "reset" },
};
export const OPENAI_ERRORS: ReadonlyMap<string, Failure> = new Map(Object.entries(ALL));

const BY_STATUS: Record<number, string> = {
  302: "redirect",
  401: "invalid_api_key",
  403: "unsupported_region",
  404: "model_not_found",
  400: "invalid_value",
  413: "request_too_large",
  422: "unprocessable",
  429: "rate_limit_exceeded",
  500: "server_error",
  502: "bad_gateway",
  503: "server_is_overloaded",
  504: "gateway_timeout",
};

/** The failure of that name, with another status where one is asked for. */
export function failureOf(name: string | undefined, status: number | undefined): Failure {
  const named = name === undefined ? undefined : ALL[name];
  if (named) return status === undefined || named.kind === "reset" ? named : { ...named, status };
  const usual = status === undefined ? undefined : ALL[BY_STATUS[status] ?? ""];
  return (
    usual ??
    error(
      status ?? 500,
      (status ?? 500) < 500 ? INVALID : "server_error",
      null,
      `The provider answers ${status ?? 500}.`,
    )
  );
}

/** A refusal by a rate limit, which says when to retry. */
export const rateLimited = (waitMs: number): Failure =>
  error(
    429,
    "requests",
    "rate_limit_exceeded",
    `Rate limit reached for {model} in organization {org} on requests per min (RPM). Please try again in ${waitMs}ms.`,
    {
      headers: { "retry-after": String(Math.ceil(waitMs / 1000)), "retry-after-ms": String(waitMs) },
    },
  );
/** A refusal of one field's value. */
export const invalidField = (param: string, message: string, code: string | null = null): Failure =>
  error(400, INVALID, code, message, { param });
/** A refusal of a body that isn't JSON. */
export const NOT_JSON = error(
  400,
  INVALID,
  null,
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
);
/** A refusal of a path that there isn't. */
export const unknownPath = (method: string, path: string): Failure =>
  error(404, INVALID, null, `Invalid URL (${method} ${path})`);
