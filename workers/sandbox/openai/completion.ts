import { delay } from "../../../lib/time";
import type { Key } from "../accounts";
import { sendJsonText } from "../http";
import type { Ending } from "../request-log";
import type { ScriptedFault } from "../scripted-faults";
import { type Call, openAiHeaders } from "./call";
import { type ChatRequest, offersFunctions } from "./chat-request";
import type { Reply, Step } from "./reply";

/** One completion on its way: what was asked, what will be said, what goes wrong on the way. */
export type Completion = {
  readonly call: Call;
  readonly key: Key;
  readonly request: ChatRequest;
  readonly reply: Reply;
  readonly promptTokens: number;
  readonly fault: ScriptedFault | null;
  /** Aborted when the caller has disconnected. */
  readonly disconnected: AbortSignal;
};
/** What became of a completion. `produced` is billed, whether it was sent or not. Units: output tokens. */
export type Outcome = { ending: Ending; produced: number; sent: number };

/** Wait, unless the caller disconnects first. */
export async function pause(milliseconds: number, disconnected: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, disconnected).catch(() => undefined);
}

/** OpenAI's usage object. Units: tokens. */
export function usageOf({ promptTokens, reply, fault }: Completion): unknown {
  if (fault?.usage !== undefined) return fault.usage;
  const completionTokens = reply.steps.reduce((sum, step) => sum + step.tokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The tier that served: what was asked for, `default` for `auto` and for nothing, `priority` for its other name. */
export function tierOf({ request }: Completion): string {
  const asked = request.service_tier ?? "auto";
  if (asked === "fast") return "priority";
  return asked === "auto" ? "default" : asked;
}

/** A token's log probability, the same each time. */
export function logprobOf({ text }: { text: string }, top: number): unknown {
  const token = { token: text, logprob: -0.25, bytes: [...Buffer.from(text)] };
  return { ...token, top_logprobs: Array.from({ length: top }, () => token) };
}

const CUT_SHARE = 0.5;

function messageOf({ request, reply }: Completion, index: number, steps: readonly Step[]): unknown {
  const calls = reply.choices[index]?.calls ?? [];
  const textOf = (call: number | null): string =>
    steps
      .filter((step) => step.call === call)
      .map((step) => step.text)
      .join("");
  if (calls.length === 0) return { role: "assistant", content: textOf(null), refusal: null, annotations: [] };
  if (offersFunctions(request)) {
    const function_call = { name: calls[0]?.name, arguments: textOf(0) };
    return { role: "assistant", content: null, function_call, refusal: null, annotations: [] };
  }
  const tool_calls = calls.map(({ id, name }, call) => ({
    id,
    type: "function",
    function: { name, arguments: textOf(call) },
  }));
  return { role: "assistant", content: null, tool_calls, refusal: null, annotations: [] };
}

function bodyOf(completion: Completion): string {
  const { call, request, reply, fault } = completion;
  const choices = reply.choices.map(({ finish }, index) => {
    const steps = reply.steps.filter((step) => step.choice === index);
    return {
      index,
      message: messageOf(completion, index, steps),
      logprobs: request.logprobs
        ? { content: steps.map((step) => logprobOf(step, request.top_logprobs ?? 0)), refusal: null }
        : null,
      finish_reason: finish,
    };
  });
  return JSON.stringify({
    id: `chatcmpl-${call.context.id.slice(4)}`,
    object: "chat.completion",
    created: Math.floor(call.context.startedMs / 1000),
    model: request.model,
    choices,
    ...(fault?.no_usage ? {} : { usage: usageOf(completion) }),
    service_tier: tierOf(completion),
    system_fingerprint: "fp_sandbox",
  });
}

/** Promise the whole body and close the connection half-way. */
function cutBody({ call, key }: Completion, body: string): Promise<void> {
  const { response } = call.context;
  response.writeHead(200, {
    ...openAiHeaders(call.context, key),
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  return new Promise((resolve) => {
    response.write(body.slice(0, Math.floor(body.length * CUT_SHARE)), () => {
      response.destroy();
      resolve();
    });
  });
}

/** Produce the reply token by token, then send it as one body. A caller that disconnects meanwhile stops the production. */
export async function sendWholeReply(completion: Completion): Promise<Outcome> {
  const { call, key, reply, fault, disconnected } = completion;
  const { chunkDelayMs } = call.context.state.pace;
  let produced = 0;
  for (const step of reply.steps) {
    if (chunkDelayMs > 0) await pause(chunkDelayMs, disconnected);
    if (disconnected.aborted) return { ending: "aborted", produced, sent: 0 };
    produced += step.tokens;
  }
  const body = bodyOf(completion);
  if (fault?.cut_after !== undefined || fault?.error_after !== undefined) {
    await cutBody(completion, body);
    return { ending: "cut", produced, sent: 0 };
  }
  sendJsonText(call.context.response, 200, body, openAiHeaders(call.context, key));
  return { ending: "complete", produced, sent: produced };
}
