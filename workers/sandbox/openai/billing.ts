import { NumberLiteral, toJson, usd } from "../../../lib/http";
import { formatDecimal } from "../../../lib/money";
import type { Key } from "../accounts";
import { sendJsonText, type Exchange } from "../exchange";
import type { Failure } from "./failures";
import { openAiHeaders, sendFailure } from "./send";

const ACCESS_UNTIL = 4_102_444_800;
const NANOS_PER_CENT_SCALE = 7;

/** What OpenAI itself says to keys of projects: relays answer, it doesn't. */
const SESSION_ONLY: Failure = {
  kind: "error",
  status: 403,
  type: "server_error",
  code: null,
  message:
    "Your request to GET this path must be made with a session key (that is, it can only be made from the browser). You made it with the following key type: secret.",
};

/** Legacy `GET /dashboard/billing/subscription`: what the account was granted. Units: USD. */
export function sendSubscription(exchange: Exchange, key: Key, secret: string): void {
  if (!key.hasBilling) return sendFailure(exchange, SESSION_ONLY, { key, secret, model: "" });
  const granted = usd(key.account.grantedNanos);
  const body = {
    object: "billing_subscription",
    has_payment_method: true,
    soft_limit_usd: granted,
    hard_limit_usd: granted,
    system_hard_limit_usd: granted,
    access_until: ACCESS_UNTIL,
  };
  sendJsonText(exchange.response, 200, toJson(body), openAiHeaders(exchange, key));
}

/** Legacy `GET /dashboard/billing/usage`: what the account has spent, whatever the dates. Units: US cents. */
export function sendBillingUsage(exchange: Exchange, key: Key, secret: string): void {
  if (!key.hasBilling) return sendFailure(exchange, SESSION_ONLY, { key, secret, model: "" });
  const cents = new NumberLiteral(formatDecimal(key.account.spentNanos, NANOS_PER_CENT_SCALE));
  sendJsonText(exchange.response, 200, toJson({ object: "list", total_usage: cents }), openAiHeaders(exchange, key));
}
