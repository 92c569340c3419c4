import { once } from "node:events";
import { pause, type Completion, type Outcome, logprobOf, tierOf, usageOf } from "./completion";
import { offersFunctions } from "./chat-request";
import { failureOf } from "./failures";
import type { Step } from "./reply";
import { errorText, openAiHeaders } from "./call";

/** Without a delay between chunks, about so many bytes go into one write. */
const WRITE_BYTES = 8 * 1024;

/** Writes the events of one stream. */
type Writer = {
  /** A chunk; `usage` is its report where the caller asked for reports. */
  chunk(choices: string, usage?: string): string;
  event(text: string): string;
};

const reportsUsage = ({ request, fault }: Completion): boolean =>
  request.stream_options?.include_usage === true && !fault?.no_usage;

function newWriter(completion: Completion): Writer {
  const { call, request } = completion;
  const head = JSON.stringify({
    id: `chatcmpl-${call.context.id.slice(4)}`,
    object: "chat.completion.chunk",
    created: Math.floor(call.context.startedMs / 1000),
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
    if (offersFunctions(completion.request)) {
      const begun = { function_call: { name: called?.name, arguments: "" } };
      return [...opening, choiceText(step.choice, JSON.stringify(begun), null)];
    }
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

function deltaOf({ text, call }: Step, isFunction: boolean): string {
  if (call === null) return `{"content":${JSON.stringify(text)}}`;
  if (isFunction) return `{"function_call":{"arguments":${JSON.stringify(text)}}}`;
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
  return (
    chunks.join("") + writer.chunk(choiceText(step.choice, deltaOf(step, offersFunctions(request)), null, logprobs))
  );
}

/** The events that end a whole stream. */
function endText(completion: Completion, writer: Writer): string {
  const { reply } = completion;
  const finishes = reply.choices.map(({ finish }, index) => writer.chunk(choiceText(index, "{}", finish)));
  const usage = reportsUsage(completion) ? writer.chunk("", JSON.stringify(usageOf(completion))) : "";
  return `${finishes.join("")}${usage}${writer.event("[DONE]")}`;
}

/** Hand text to the connection and wait until it takes more, or the caller disconnects. */
async function write({ call, disconnected }: Completion, text: string): Promise<void> {
  const { response } = call.context;
  if (disconnected.aborted || response.write(text)) return;
  await once(response, "drain", { signal: disconnected }).catch(() => undefined);
}

/** Cut the stream as scripted: with an error event, or by closing the connection. */
async function cutAsScripted(completion: Completion, writer: Writer): Promise<void> {
  const { call, key, request, fault } = completion;
  const failure = failureOf("server_error", undefined);
  if (fault?.error_after !== undefined && failure.kind === "error") {
    await write(completion, writer.event(errorText(failure, { key, secret: call.secret, model: request.model })));
    call.context.response.end();
    return;
  }
  // What was written before goes out first: a cut loses nothing that was sent.
  await new Promise((resolve) => call.context.response.write("", resolve));
  call.context.response.destroy();
}

/** Produce the reply token by token and send each as it comes. A caller that disconnects stops the production. */
export async function streamReply(completion: Completion): Promise<Outcome> {
  const { call, key, reply, fault, disconnected } = completion;
  const { response, state } = call.context;
  const writer = newWriter(completion);
  const breakAt = fault?.cut_after ?? fault?.error_after ?? Number.POSITIVE_INFINITY;
  response.writeHead(200, {
    ...openAiHeaders(call.context, key),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  let [produced, sent, pending] = [0, 0, ""];
  const flush = async (): Promise<void> => {
    if (pending !== "") await write(completion, pending);
    pending = "";
    if (!disconnected.aborted) sent = produced;
  };
  for (const [at, step] of reply.steps.entries()) {
    if (state.pace.chunkDelayMs > 0) await pause(state.pace.chunkDelayMs, disconnected);
    if (disconnected.aborted) return { ending: "aborted", produced, sent };
    if (produced + step.tokens > breakAt) break;
    produced += step.tokens;
    pending += stepText(completion, writer, at);
    if (at === 0 || state.pace.chunkDelayMs > 0 || pending.length > WRITE_BYTES) await flush();
  }
  await flush();
  if (breakAt !== Number.POSITIVE_INFINITY) {
    await cutAsScripted(completion, writer);
    return { ending: "cut", produced, sent };
  }
  if (disconnected.aborted) return { ending: "aborted", produced, sent };
  response.end(endText(completion, writer));
  return { ending: "complete", produced, sent };
}
