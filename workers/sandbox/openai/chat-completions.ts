import { nanos } from "../../../lib/money";
import { nowMs } from "../../../lib/time";
import { quotaLeft, type Key } from "../accounts";
import { toBill } from "../prices";
import type { World } from "../world";
import { record, refuse, type Call } from "./call";
import { readChatRequest } from "./chat-request";
import { pause, type Completion, type Outcome } from "./completion";
import { failureOf, NOT_JSON, rateLimited, type Failure } from "./failures";
import { hasModel } from "./models";
import { countPrompt } from "./prompt";
import { planReply } from "./reply";
import { streamReply } from "./stream-reply";
import { sendWholeReply } from "./whole-reply";

function readJson(body: Buffer): { value: unknown } | null {
  try {
    return { value: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return null;
  }
}

/** A limit or an empty account, which every provider looks at before it looks at the request. */
function admissionOf(key: Key): Failure | null {
  const waitMs = key.rate?.take(nowMs()).waitMs ?? 0;
  if (waitMs > 0) {
    return rateLimited(waitMs);
  }
  return quotaLeft(key.account) <= 0n ? failureOf("insufficient_quota", undefined) : null;
}

/** The signal that the caller closed the connection before the reply was handed over. */
function watchCaller(call: Call): AbortSignal {
  const gone = new AbortController();
  const { response } = call.exchange;
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function bill({ call, key, request, promptTokens }: Completion, { ending, produced, sent }: Outcome): void {
  const billedNanos = toBill(call.exchange.world.prices.of(request.model), promptTokens, produced);
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

/** Wait as ordered, until the caller leaves or the delay is ended. */
async function waitAsOrdered({ delayed }: World, milliseconds: number, gone: AbortSignal): Promise<void> {
  const ended = new AbortController();
  delayed.add(ended);
  await pause(milliseconds, AbortSignal.any([gone, ended.signal]));
  delayed.delete(ended);
}

/** Answer `POST /v1/chat/completions`, and bill what was produced however it ended. */
export async function answerChat(call: Call, key: Key): Promise<void> {
  const { exchange } = call;
  const body = readJson(exchange.body);
  if (!body) return refuse(call, NOT_JSON);
  const read = readChatRequest(body.value);
  if ("failure" in read) return refuse(call, read.failure);
  const { request } = read;
  const facts = { model: request.model, isStream: request.stream === true };
  if (!hasModel(call.provider, request.model)) return refuse(call, failureOf("model_not_found", undefined), facts);

  const gone = watchCaller(call);
  const order = exchange.world.orders.take("chat", call.secret);
  if (order?.delay_ms === undefined) await pause(exchange.world.pace.firstTokenMs, gone);
  else await waitAsOrdered(exchange.world, order.delay_ms, gone);
  if (order?.error !== undefined || order?.status !== undefined)
    return refuse(call, failureOf(order.error, order.status), facts);
  const refusal = admissionOf(key);
  if (refusal) return refuse(call, refusal, facts);

  const completion = { call, key, request, reply: planReply(request), promptTokens: countPrompt(request), order, gone };
  bill(completion, await (request.stream === true ? streamReply(completion) : sendWholeReply(completion)));
}
