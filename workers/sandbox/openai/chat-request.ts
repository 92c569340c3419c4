import * as z from "zod";
import { type Failure, invalidField } from "./failures";
import { countText } from "./tokens";

const Text = z.string();
const Part = z.looseObject({ type: z.string(), text: z.string().nullish() });
const Message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.union([Text, z.array(Part)]).nullish(),
  name: z.string().nullish(),
  tool_calls: z.array(z.unknown()).nullish(),
});
const Callable = z.looseObject({
  name: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});
const Tool = z.looseObject({ type: z.literal("function"), function: Callable });
const FunctionChoice = z.union([z.enum(["none", "auto"]), z.looseObject({ name: z.string() })]);
const ToolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
]);
const ResponseFormat = z.union([
  z.looseObject({ type: z.enum(["text", "json_object"]) }),
  z.looseObject({
    type: z.literal("json_schema"),
    json_schema: z.looseObject({ schema: z.record(z.string(), z.unknown()) }),
  }),
]);

/** The body of a chat completion, as far as the sandbox acts on it. */
export const ChatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z.array(Tool).max(128).nullish(),
  tool_choice: ToolChoice.nullish(),
  // What tools were called before.
  functions: z.array(Callable).max(128).nullish(),
  function_call: FunctionChoice.nullish(),
  response_format: ResponseFormat.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  service_tier: z.string().nullish(),
});
export type ChatRequest = z.output<typeof ChatRequest>;

/** The request that a body asks for, or what the provider refuses in it. */
export function readChatRequest(body: unknown): { request: ChatRequest } | { failure: Failure } {
  if (typeof body === "object" && body !== null && !("model" in body)) {
    return { failure: invalidField("model", "you must provide a model parameter") };
  }
  const parsed = ChatRequest.safeParse(body);
  if (parsed.success) return { request: parsed.data };
  const issue = parsed.error.issues[0];
  const param = issue?.path.join(".") ?? "";
  return {
    failure: invalidField(
      param,
      `Invalid '${param}': ${issue?.message ?? "not of the expected form"}.`,
      "invalid_value",
    ),
  };
}

/** Whether a request offers functions, as it was done before there were tools: at most one is called. */
export const offersFunctions = ({ tools, functions }: ChatRequest): boolean => !tools && (functions ?? []).length > 0;

/** The text of one message's content. */
function textOf(content: ChatRequest["messages"][number]["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? "").join("\n");
}

/** The last thing that the user said. */
export function lastUserText({ messages }: ChatRequest): string {
  return textOf(messages.findLast(({ role }) => role === "user")?.content);
}

const PER_MESSAGE = 3;
const PER_NAME = 1;
const PER_REPLY = 3;
const PER_IMAGE = 85;

function countMessage(
  model: string,
  { role, content, name, tool_calls: calls }: ChatRequest["messages"][number],
): number {
  const images = Array.isArray(content) ? content.filter(({ type }) => type === "image_url").length : 0;
  return (
    PER_MESSAGE +
    countText(model, role) +
    countText(model, textOf(content)) +
    (!name ? 0 : PER_NAME + countText(model, name)) +
    (calls ? countText(model, JSON.stringify(calls)) : 0) +
    images * PER_IMAGE
  );
}

/**
 * How many input tokens a request has.
 *
 * Source: OpenAI's cookbook, "How to count tokens with tiktoken": 3 a message, 1 a name, 3 that prime the reply. Tools
 * and schemas count as their JSON, an image 85.
 */
export function countPrompt(request: ChatRequest): number {
  const { model, messages, tools, functions, response_format: format } = request;
  const extras = [
    tools ?? undefined,
    functions ?? undefined,
    format?.type === "json_schema" ? format : undefined,
  ].filter((extra) => extra !== undefined);
  return (
    messages.reduce((sum, message) => sum + countMessage(model, message), PER_REPLY) +
    extras.reduce<number>((sum, extra) => sum + countText(model, JSON.stringify(extra)), 0)
  );
}

const PAD = " pad";

/**
 * A prompt that, as the only message of a request, is exactly so many input tokens and asks for a reply of exactly so
 * many. Errors: throws where `promptTokens` is too few to ask in (fewer than 16).
 */
export function promptOfTokens(model: string, promptTokens: number, replyTokens: number): string {
  const question = `Reply with ${replyTokens} tokens.`;
  const pads = promptTokens - countPrompt({ model, messages: [{ role: "user", content: question }] });
  if (pads < 0) throw new Error(`${promptTokens} tokens are too few to ask for ${replyTokens}`);
  return question + PAD.repeat(pads);
}
