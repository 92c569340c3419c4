import { NumberLiteral, toJson, usd } from "../../../lib/http";
import { formatDecimal } from "../../../lib/money";
import type { Key } from "../accounts";
import { type RequestContext, type Provider, headerOf, sendJsonText } from "../http";
import { type Call, record, refuse, openAiHeaders, sendFailure } from "./call";
import { answerChat } from "./chat-completions";
import { type Failure, failureOf, unknownPath } from "./failures";

function secretOf(context: RequestContext): string {
  return /^Bearer\s+(.+)$/i.exec(headerOf(context.request, "authorization") ?? "")?.[1]?.trim() ?? "";
}

/** What stops every call of this caller, whatever it asks for. */
function refusalOf({ secret, key }: Call): Failure | null {
  if (secret === "") return failureOf("missing_api_key", undefined);
  if (key === null || key.isRevoked) return failureOf("invalid_api_key", undefined);
  return null;
}

async function answerRead(call: Call, on: "models" | "billing", send: () => void): Promise<void> {
  const fault = call.context.state.faults.take(on, call.secret);
  if (fault?.error !== undefined || fault?.status !== undefined)
    return refuse(call, failureOf(fault.error, fault.status));
  send();
  record(call, { status: call.context.response.statusCode, ending: "complete" });
}

/** A provider that speaks OpenAI's wire format under `/<id>/v1`. */
export function openAi(id: string): Provider {
  return {
    id,
    async answer(context) {
      const secret = secretOf(context);
      const call: Call = { provider: id, context, secret, key: context.state.accounts.find(id, secret) };
      const { key } = call;
      const refusal = refusalOf(call);
      if (refusal || !key) return refuse(call, refusal ?? failureOf("invalid_api_key", undefined));
      const { method = "GET" } = context.request;
      const path = context.path.replace(/\/$/, "");
      if (method === "POST" && path === "/v1/chat/completions") return answerChat(call, key);
      if (method !== "GET") return refuse(call, unknownPath(method, path));
      if (path === "/v1/models") return answerRead(call, "models", () => sendModels(context, key));
      const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
      if (model !== undefined)
        return answerRead(call, "models", () => sendModel(context, key, secret, decodeURIComponent(model)));
      const bill = /^(?:\/v1)?\/dashboard\/billing\/(subscription|usage)$/.exec(path)?.[1];
      if (bill === "subscription") return answerRead(call, "billing", () => sendSubscription(context, key, secret));
      if (bill === "usage") return answerRead(call, "billing", () => sendBillingUsage(context, key, secret));
      refuse(call, unknownPath(method, path));
    },
  };
}

const IDS = [
  "gpt-4",
  "gpt-4-turbo",
  "gpt-4o",
  "gpt-4o-mini",
  "gpt-4.1",
  "gpt-4.1-mini",
  "gpt-4.1-nano",
  "gpt-5",
  "gpt-5-mini",
  "gpt-5-nano",
  "gpt-5.4",
  "o3",
  "o4-mini",
  "whisper-1",
  "text-embedding-3-small",
];
const CREATED = 1_687_882_411;
const show = (id: string) => ({ id, object: "model", created: CREATED, owned_by: "system" });

/** `GET /v1/models`. Answers for an empty account too, as the real one does. */
function sendModels(context: RequestContext, key: Key): void {
  sendJsonText(
    context.response,
    200,
    JSON.stringify({ object: "list", data: IDS.map(show) }),
    openAiHeaders(context, key),
  );
}

/** `GET /v1/models/{id}`. */
function sendModel(context: RequestContext, key: Key, secret: string, model: string): void {
  if (!IDS.includes(model))
    return sendFailure(context, failureOf("model_not_found", undefined), { key, secret, model });
  sendJsonText(context.response, 200, JSON.stringify(show(model)), openAiHeaders(context, key));
}

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
function sendSubscription(context: RequestContext, key: Key, secret: string): void {
  if (!key.hasBilling) return sendFailure(context, SESSION_ONLY, { key, secret, model: "" });
  const granted = usd(key.account.grantedNanos);
  const body = {
    object: "billing_subscription",
    has_payment_method: true,
    soft_limit_usd: granted,
    hard_limit_usd: granted,
    system_hard_limit_usd: granted,
    access_until: ACCESS_UNTIL,
  };
  sendJsonText(context.response, 200, toJson(body), openAiHeaders(context, key));
}

/** Legacy `GET /dashboard/billing/usage`: what the account has spent, whatever the dates. Units: US cents. */
function sendBillingUsage(context: RequestContext, key: Key, secret: string): void {
  if (!key.hasBilling) return sendFailure(context, SESSION_ONLY, { key, secret, model: "" });
  const cents = new NumberLiteral(formatDecimal(key.account.spentNanos, NANOS_PER_CENT_SCALE));
  sendJsonText(context.response, 200, toJson({ object: "list", total_usage: cents }), openAiHeaders(context, key));
}
