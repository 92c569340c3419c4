import { once } from "node:events";
import { pause, type Completion, type Outcome } from "./completion";
import { failureOf } from "./failures";
import type { Step } from "./reply";
import { errorText, openAiHeaders } from "./send";
import { logprobOf, tierOf, usageOf } from "./usage";

/** Without a delay between chunks, about so many bytes go into one write. */
const WRITE_BYTES = 8 * 1024;

/** Writes the events of one stream. */
type Writer = {
  /** A chunk; `usage` is its report where the caller asked for reports. */
  chunk(choices: string, usage?: string): string;
  event(text: string): string;
};

const reportsUsage = ({ request, order }: Completion): boolean =>
  request.stream_options?.include_usage === true && !order?.no_usage;

function newWriter(completion: Completion): Writer {
  const { call, request } = completion;
  const head = JSON.stringify({
    id: `chatcmpl-${call.exchange.id.slice(4)}`,
    object: "chat.completion.chunk",
    created: Math.floor(call.exchange.startedMs / 1000),
    model: request.model,
    service_tier: tierOf(completion),
    system_fingerprint: "fp_sandbox",
  }).slice(0, -1);
  const event = (text: string): string => `data: ${text}\n\n`;
  const usageMember = (usage: string): string => (reportsUsage(completion) ? `,"usage":${usage}` : "");
  return { event, chunk: (choices, usage = "null") => event(`${head},"choices":[${choices}]${usageMember(usage)}}`) };
}

const choiceText = (index: number, delta: string, finish: string | null, logprobs = "null"): string =>
  `{"index":${index},"delta":${delta},"logprobs":${logprobs},"finish_reason":${JSON.stringify(finish)}}`;

/** What comes before a step: the role at a choice's first, the name at a tool call's first. */
function openings(completion: Completion, step: Step, previous: Step | undefined): string[] {
  const isNewChoice = previous?.choice !== step.choice;
  const opening: string[] = [];
  if (isNewChoice) {
    const content = step.call === null ? '""' : "null";
    opening.push(choiceText(step.choice, `{"role":"assistant","content":${content},"refusal":null}`, null));
  }
  if (step.call !== null && (isNewChoice || previous.call !== step.call)) {
    const called = completion.reply.choices[step.choice]?.calls[step.call];
    const start = {
      index: step.call,
      id: called?.id,
      type: "function",
      function: { name: called?.name, arguments: "" },
    };
    opening.push(choiceText(step.choice, JSON.stringify({ tool_calls: [start] }), null));
  }
  return opening;
}

function deltaOf({ text, call }: Step): string {
  if (call === null) return `{"content":${JSON.stringify(text)}}`;
  return `{"tool_calls":[{"index":${call},"function":{"arguments":${JSON.stringify(text)}}}]}`;
}

/** The events of one step. */
function stepText(completion: Completion, writer: Writer, at: number): string {
  const { reply, request } = completion;
  const step = reply.steps[at];
  if (!step) return "";
  const logprobs = request.logprobs
    ? JSON.stringify({ content: [logprobOf(step, request.top_logprobs ?? 0)], refusal: null })
    : "null";
  const chunks = openings(completion, step, reply.steps[at - 1]).map((opening) => writer.chunk(opening));
  return chunks.join("") + writer.chunk(choiceText(step.choice, deltaOf(step), null, logprobs));
}

/** The events that end a whole stream. */
function endText(completion: Completion, writer: Writer): string {
  const { reply } = completion;
  const finishes = reply.choices.map(({ finish }, index) => writer.chunk(choiceText(index, "{}", finish)));
  const usage = reportsUsage(completion) ? writer.chunk("", JSON.stringify(usageOf(completion))) : "";
  return `${finishes.join("")}${usage}${writer.event("[DONE]")}`;
}

/** Hand text to the connection and wait for room, or for the caller to leave. */
async function write({ call, gone }: Completion, text: string): Promise<void> {
  const { response } = call.exchange;
  if (gone.aborted || response.write(text)) return;
  await once(response, "drain", { signal: gone }).catch(() => undefined);
}

/** Break off as ordered, with an error event or without a word. */
async function breakOff(completion: Completion, writer: Writer): Promise<void> {
  const { call, key, request, order } = completion;
  const failure = failureOf("server_error", undefined);
  if (order?.error_after !== undefined && failure.kind === "error") {
    await write(completion, writer.event(errorText(failure, { key, secret: call.secret, model: request.model })));
    call.exchange.response.end();
    return;
  }
  // What was written before goes out first: a cut loses nothing that was sent.
  await new Promise((resolve) => call.exchange.response.write("", resolve));
  call.exchange.response.destroy();
}

/** Produce the reply token by token and send each as it comes. A caller that leaves stops the production. */
export async function streamReply(completion: Completion): Promise<Outcome> {
  const { call, key, reply, order, gone } = completion;
  const { response, world } = call.exchange;
  const writer = newWriter(completion);
  const breakAt = order?.cut_after ?? order?.error_after ?? Number.POSITIVE_INFINITY;
  response.writeHead(200, {
    ...openAiHeaders(call.exchange, key),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  let [produced, sent, pending] = [0, 0, ""];
  const flush = async (): Promise<void> => {
    if (pending !== "") await write(completion, pending);
    pending = "";
    if (!gone.aborted) sent = produced;
  };
  for (const [at, step] of reply.steps.entries()) {
    if (world.pace.chunkDelayMs > 0) await pause(world.pace.chunkDelayMs, gone);
    if (gone.aborted) return { ending: "aborted", produced, sent };
    if (produced + step.tokens > breakAt) break;
    produced += step.tokens;
    pending += stepText(completion, writer, at);
    if (at === 0 || world.pace.chunkDelayMs > 0 || pending.length > WRITE_BYTES) await flush();
  }
  await flush();
  if (breakAt !== Number.POSITIVE_INFINITY) {
    await breakOff(completion, writer);
    return { ending: "cut", produced, sent };
  }
  if (gone.aborted) return { ending: "aborted", produced, sent };
  response.end(endText(completion, writer));
  return { ending: "complete", produced, sent };
}
