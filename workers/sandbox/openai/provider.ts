import { headerOf, type Exchange, type Provider } from "../exchange";
import { sendBillingUsage, sendSubscription } from "./billing";
import { record, refuse, type Call } from "./call";
import { answerChat } from "./chat-completions";
import { failureOf, unknownPath, type Failure } from "./failures";
import { sendModel, sendModels } from "./models";

function secretOf(exchange: Exchange): string {
  return /^Bearer\s+(.+)$/i.exec(headerOf(exchange.request, "authorization") ?? "")?.[1]?.trim() ?? "";
}

/** What stops every call of this caller, whatever it asks for. */
function refusalOf({ secret, key }: Call): Failure | null {
  if (secret === "") return failureOf("missing_api_key", undefined);
  if (key === null || key.isRevoked) return failureOf("invalid_api_key", undefined);
  return null;
}

async function answerSmall(call: Call, on: "models" | "billing", send: () => void): Promise<void> {
  const order = call.exchange.world.orders.take(on, call.secret);
  if (order?.error !== undefined || order?.status !== undefined)
    return refuse(call, failureOf(order.error, order.status));
  send();
  record(call, { status: call.exchange.response.statusCode, ending: "complete" });
}

/** A provider that speaks OpenAI's wire format under `/<id>/v1`. */
export function openAi(id: string): Provider {
  return {
    id,
    async answer(exchange) {
      const secret = secretOf(exchange);
      const call: Call = { provider: id, exchange, secret, key: exchange.world.accounts.find(id, secret) };
      const { key } = call;
      const refusal = refusalOf(call);
      if (refusal || !key) return refuse(call, refusal ?? failureOf("invalid_api_key", undefined));
      const { method = "GET" } = exchange.request;
      const path = exchange.path.replace(/\/$/, "");
      if (method === "POST" && path === "/v1/chat/completions") return answerChat(call, key);
      if (method !== "GET") return refuse(call, unknownPath(method, path));
      if (path === "/v1/models") return answerSmall(call, "models", () => sendModels(exchange, key));
      const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
      if (model !== undefined)
        return answerSmall(call, "models", () => sendModel(exchange, key, secret, decodeURIComponent(model)));
      const bill = /^(?:\/v1)?\/dashboard\/billing\/(subscription|usage)$/.exec(path)?.[1];
      if (bill === "subscription") return answerSmall(call, "billing", () => sendSubscription(exchange, key, secret));
      if (bill === "usage") return answerSmall(call, "billing", () => sendBillingUsage(exchange, key, secret));
      refuse(call, unknownPath(method, path));
    },
  };
}
