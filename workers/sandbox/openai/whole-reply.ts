import { sendJsonText } from "../exchange";
import { pause, type Completion, type Outcome } from "./completion";
import type { Step } from "./reply";
import { openAiHeaders } from "./send";
import { logprobOf, tierOf, usageOf } from "./usage";

const CUT_SHARE = 0.5;

function messageOf({ reply }: Completion, index: number, steps: readonly Step[]): unknown {
  const calls = reply.choices[index]?.calls ?? [];
  const textOf = (call: number | null): string =>
    steps
      .filter((step) => step.call === call)
      .map((step) => step.text)
      .join("");
  if (calls.length === 0) return { role: "assistant", content: textOf(null), refusal: null, annotations: [] };
  const tool_calls = calls.map(({ id, name }, call) => ({
    id,
    type: "function",
    function: { name, arguments: textOf(call) },
  }));
  return { role: "assistant", content: null, tool_calls, refusal: null, annotations: [] };
}

function bodyOf(completion: Completion): string {
  const { call, request, reply, order } = completion;
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
    id: `chatcmpl-${call.exchange.id.slice(4)}`,
    object: "chat.completion",
    created: Math.floor(call.exchange.startedMs / 1000),
    model: request.model,
    choices,
    ...(order?.no_usage ? {} : { usage: usageOf(completion) }),
    service_tier: tierOf(completion),
    system_fingerprint: "fp_sandbox",
  });
}

/** Promise to send all and break off half-way. */
function cutBody({ call, key }: Completion, body: string): Promise<void> {
  const { response } = call.exchange;
  response.writeHead(200, {
    ...openAiHeaders(call.exchange, key),
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

/** Produce the reply token by token, then send it as one body. A caller that leaves meanwhile stops the production. */
export async function sendWholeReply(completion: Completion): Promise<Outcome> {
  const { call, key, reply, order, gone } = completion;
  const { chunkDelayMs } = call.exchange.world.pace;
  let produced = 0;
  for (const step of reply.steps) {
    if (chunkDelayMs > 0) await pause(chunkDelayMs, gone);
    if (gone.aborted) return { ending: "aborted", produced, sent: 0 };
    produced += step.tokens;
  }
  const body = bodyOf(completion);
  if (order?.cut_after !== undefined || order?.error_after !== undefined) {
    await cutBody(completion, body);
    return { ending: "cut", produced, sent: 0 };
  }
  sendJsonText(call.exchange.response, 200, body, openAiHeaders(call.exchange, key));
  return { ending: "complete", produced, sent: produced };
}
