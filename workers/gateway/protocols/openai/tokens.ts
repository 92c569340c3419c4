import { formatFunctionDefinitions, FUNCTION_DEFINITION_TOKEN_OVERHEAD } from "gpt-tokenizer/functionCalling";
import type { Countable } from "../../protocol";
import { type ChatAsk, isObject, type Json } from "./parse";

/** Source: OpenAI cookbook, "How to count tokens with tiktoken": every message takes 3, a name 1, the reply's start 3. */
const MESSAGE_TOKENS = 3;
const NAME_TOKENS = 1;
const START_TOKENS = 3;
/** What an image is taken for where its supplier doesn't say: eight tiles and the base, the most of the common models. */
const IMAGE_TOKENS = 1_445;

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

function addMessage(message: unknown, into: Countable): void {
  into.overhead += MESSAGE_TOKENS;
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
  try {
    // The shapes were checked as far as the formatter depends on them by its own failing.
    return formatFunctionDefinitions(functions as unknown as Parameters<typeof formatFunctionDefinitions>[0]);
  } catch {
    return JSON.stringify(tools);
  }
}

/** What the input is made of: the texts of messages, tools and response format, and what frames them. */
export function tokens({ facts }: ChatAsk): Countable {
  const body: Json = facts.body;
  const into: Countable = { texts: [], overhead: START_TOKENS };
  const { messages, tools, response_format: format } = body;
  if (Array.isArray(messages)) for (const message of messages as unknown[]) addMessage(message, into);
  if (Array.isArray(tools) && tools.length > 0) {
    into.texts.push(toolText(tools));
    into.overhead += FUNCTION_DEFINITION_TOKEN_OVERHEAD;
  }
  if (isObject(format) && format["type"] === "json_schema") into.texts.push(textOf(format["json_schema"]));
  return into;
}
