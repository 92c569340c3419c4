import { nanos } from "../../../lib/money";
import { nowMs } from "../../../lib/time";
import { quotaLeft, type Key, toBill } from "../accounts";
import { record, refuse, type Call } from "./call";
import { readChatRequest, countPrompt } from "./chat-request";
import { pause, type Completion, type Outcome, sendWholeReply } from "./completion";
import { failureOf, NOT_JSON, rateLimited, type Failure } from "./failures";
import { planReply } from "./reply";
import { streamReply } from "./stream";

const FAMILIES = /^(gpt-|chatgpt-|o\d|ft:)/;

/** Whether the provider serves a model: OpenAI its families, a relay anything that isn't named to be missing. */
function hasModel(provider: string, model: string): boolean {
  if (/does-not-exist|no-such/.test(model)) return false;
  return provider !== "openai" || FAMILIES.test(model);
}

function readJson(body: Buffer): { value: unknown } | null {
  try {
    return { value: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return null;
  }
}

/** A limit or an empty account, which every provider checks before the request. */
function admissionOf(key: Key): Failure | null {
  const waitMs = key.rate?.take(nowMs()).waitMs ?? 0;
  if (waitMs > 0) return rateLimited(waitMs);
  return quotaLeft(key.account) <= 0n ? failureOf("insufficient_quota", undefined) : null;
}

/** The signal that the caller closed the connection before the reply was handed over. */
function watchDisconnect(call: Call): AbortSignal {
  const disconnected = new AbortController();
  const { response } = call.context;
  response.on("close", () => {
    if (!response.writableFinished) disconnected.abort();
  });
  return disconnected.signal;
}

function bill({ call, key, request, promptTokens }: Completion, { ending, produced, sent }: Outcome): void {
  const billedNanos = toBill(call.context.state.prices.of(request.model), promptTokens, produced);
  key.account.spentNanos = nanos(key.account.spentNanos + billedNanos);
  key.account.requests += 1;
  record(call, {
    status: 200,
    ending,
    model: request.model,
    isStream: request.stream === true,
    billedInputTokens: promptTokens,
    billedOutputTokens: produced,
    sentOutputTokens: sent,
    billedNanos,
  });
}

/** Answer `POST /v1/chat/completions`, and bill what was produced however it ended. */
export async function answerChat(call: Call, key: Key): Promise<void> {
  const { context } = call;
  const body = readJson(context.body);
  if (!body) return refuse(call, NOT_JSON);
  const read = readChatRequest(body.value);
  if ("failure" in read) return refuse(call, read.failure);
  const { request } = read;
  const facts = { model: request.model, isStream: request.stream === true };
  if (!hasModel(call.provider, request.model)) return refuse(call, failureOf("model_not_found", undefined), facts);

  const disconnected = watchDisconnect(call);
  const fault = context.state.faults.take("chat", call.secret);
  if (fault?.delay_ms === undefined) await pause(context.state.pace.firstTokenMs, disconnected);
  else await context.state.faults.delay(fault.delay_ms, disconnected);
  if (fault?.error !== undefined || fault?.status !== undefined)
    return refuse(call, failureOf(fault.error, fault.status), facts);
  const refusal = admissionOf(key);
  if (refusal) return refuse(call, refusal, facts);

  const completion = {
    call,
    key,
    request,
    reply: planReply(request),
    promptTokens: countPrompt(request),
    fault,
    disconnected,
  };
  bill(completion, await (request.stream === true ? streamReply(completion) : sendWholeReply(completion)));
}
