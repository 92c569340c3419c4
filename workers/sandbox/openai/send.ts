import { randomBytes } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { nowMs } from "../../../lib/time";
import type { Key } from "../accounts";
import { sendBody, sendJsonText, type Exchange } from "../exchange";
import { maskKey } from "../journal";
import type { Failure } from "./failures";

const REQUESTS_PER_MINUTE = 10_000;

/** The organisation that an account is to the provider: a name that must never reach a user. */
export const organisationOf = (key: Key | null): string =>
  `org-${(key?.account.id ?? "nobody").replaceAll(/[^\w-]/g, "-")}`;

/** The headers that api.openai.com sends with every answer, about the account among others. */
export function openAiHeaders(exchange: Exchange, key: Key | null): OutgoingHttpHeaders {
  const ms = nowMs();
  const limit = key?.rate?.perMinute ?? REQUESTS_PER_MINUTE;
  const left = key?.rate?.left(ms) ?? limit - 1;
  return {
    "x-request-id": exchange.id,
    "openai-organization": organisationOf(key),
    "openai-project": "proj_sandbox",
    "openai-version": "2020-10-01",
    "openai-processing-ms": String(ms - exchange.startedMs),
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(left),
    "x-ratelimit-reset-requests": `${Math.ceil(((limit - left) * 60_000) / limit)}ms`,
    "x-ratelimit-limit-tokens": "30000000",
    "x-ratelimit-remaining-tokens": "29999000",
    "x-ratelimit-reset-tokens": "2ms",
    "set-cookie": `__cf_bm=${exchange.id}; path=/; domain=.api.openai.com; HttpOnly; Secure; SameSite=None`,
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
  exchange: Exchange,
  failure: Failure,
  facts: { key: Key | null; secret: string; model: string },
): void {
  if (failure.kind === "reset") return void exchange.response.destroy();
  const headers = { ...openAiHeaders(exchange, facts.key), ...failure.headers };
  if (failure.kind === "raw")
    return sendBody(exchange.response, failure.status, failure.contentType, failure.text, headers);
  sendJsonText(exchange.response, failure.status, errorText(failure, facts), headers);
}
