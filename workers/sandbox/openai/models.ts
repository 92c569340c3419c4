import type { Key } from "../accounts";
import { sendJsonText, type Exchange } from "../exchange";
import { failureOf } from "./failures";
import { openAiHeaders, sendFailure } from "./send";

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
const FAMILIES = /^(gpt-|chatgpt-|o\d|ft:)/;

/** Whether the provider serves a model: OpenAI its families, a relay anything that isn't named to be missing. */
export function hasModel(provider: string, model: string): boolean {
  if (/does-not-exist|no-such/.test(model)) return false;
  return provider !== "openai" || FAMILIES.test(model);
}

const show = (id: string) => ({ id, object: "model", created: CREATED, owned_by: "system" });

/** `GET /v1/models`. Answers for an empty account too, as the real one does. */
export function sendModels(exchange: Exchange, key: Key): void {
  sendJsonText(
    exchange.response,
    200,
    JSON.stringify({ object: "list", data: IDS.map(show) }),
    openAiHeaders(exchange, key),
  );
}

/** `GET /v1/models/{id}`. */
export function sendModel(exchange: Exchange, key: Key, secret: string, model: string): void {
  if (!IDS.includes(model))
    return sendFailure(exchange, failureOf("model_not_found", undefined), { key, secret, model });
  sendJsonText(exchange.response, 200, JSON.stringify(show(model)), openAiHeaders(exchange, key));
}
