import { randomBytes } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { ZERO_NANOS } from "../../../lib/money";
import { nowMs } from "../../../lib/time";
import type { Key } from "../accounts";
import { type RequestContext, digestOf, requestIdOf, sendBody, sendJsonText } from "../http";
import { type LogEntry, maskKey } from "../request-log";
import type { Failure } from "./failures";

/** A call of a known or unknown caller, and what the request log says of it unless something changes. */
export type Call = {
  readonly provider: string;
  readonly context: RequestContext;
  readonly secret: string;
  readonly key: Key | null;
};

/** Log a call: what isn't named was not there, not billed, not sent. */
export function record(
  { provider, context, secret, key }: Call,
  ending: Partial<LogEntry> & Pick<LogEntry, "status" | "ending">,
): void {
  context.state.requestLog.record({
    id: context.id,
    atMs: nowMs(),
    provider,
    secret,
    account: key?.account.id ?? null,
    requestId: requestIdOf(context),
    path: context.path,
    model: null,
    isStream: false,
    error: null,
    billedInputTokens: 0,
    billedOutputTokens: 0,
    sentOutputTokens: 0,
    billedNanos: ZERO_NANOS,
    headerNames: Object.keys(context.request.headers),
    bodySha256: digestOf(context.body),
    ...ending,
  });
}

/** Answer with a failure, and log it. Nothing is billed. */
export function refuse(call: Call, failure: Failure, facts: { model?: string; isStream?: boolean } = {}): void {
  const { model = "unknown", isStream = false } = facts;
  sendFailure(call.context, failure, { key: call.key, secret: call.secret, model });
  record(call, {
    status: failure.kind === "reset" ? 0 : failure.status,
    ending: "refused",
    error: failure.kind === "error" ? (failure.code ?? failure.type) : failure.kind,
    model: facts.model ?? null,
    isStream,
  });
}

const REQUESTS_PER_MINUTE = 10_000;

/** The organisation that an account is to the provider: a name that must never reach a user. */
const organisationOf = (key: Key | null): string => `org-${(key?.account.id ?? "nobody").replaceAll(/[^\w-]/g, "-")}`;

/** The headers that api.openai.com sends with every answer, about the account among others. */
export function openAiHeaders(context: RequestContext, key: Key | null): OutgoingHttpHeaders {
  const ms = nowMs();
  const limit = key?.rate?.perMinute ?? REQUESTS_PER_MINUTE;
  const left = key?.rate?.left(ms) ?? limit - 1;
  return {
    "x-request-id": context.id,
    "openai-organization": organisationOf(key),
    "openai-project": "proj_sandbox",
    "openai-version": "2020-10-01",
    "openai-processing-ms": String(ms - context.startedMs),
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(left),
    "x-ratelimit-reset-requests": `${Math.ceil(((limit - left) * 60_000) / limit)}ms`,
    "x-ratelimit-limit-tokens": "30000000",
    "x-ratelimit-remaining-tokens": "29999000",
    "x-ratelimit-reset-tokens": "2ms",
    "set-cookie": `__cf_bm=${context.id}; path=/; domain=.api.openai.com; HttpOnly; Secure; SameSite=None`,
    "cf-ray": `${randomBytes(8).toString("hex")}-FRA`,
    "cf-cache-status": "DYNAMIC",
    server: "cloudflare",
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
  };
}

/** The failure's error object as JSON text, with the caller's own key, model and organisation in its message. */
export function errorText(
  failure: Extract<Failure, { kind: "error" }>,
  facts: { key: Key | null; secret: string; model: string },
): string {
  const message = failure.message
    .replaceAll("{key}", maskKey(facts.secret))
    .replaceAll("{model}", facts.model)
    .replaceAll("{org}", organisationOf(facts.key));
  return JSON.stringify({ error: { message, type: failure.type, param: failure.param ?? null, code: failure.code } });
}

/** Answer with a failure. */
export function sendFailure(
  context: RequestContext,
  failure: Failure,
  facts: { key: Key | null; secret: string; model: string },
): void {
  if (failure.kind === "reset") return void context.response.destroy();
  const headers = { ...openAiHeaders(context, facts.key), ...failure.headers };
  if (failure.kind === "raw")
    return sendBody(context.response, failure.status, failure.contentType, failure.text, headers);
  sendJsonText(context.response, failure.status, errorText(failure, facts), headers);
}
