import * as z from "zod";
import { invalidField, type Failure } from "./failures";

const Text = z.string();
const Part = z.looseObject({ type: z.string(), text: z.string().optional() });
const Message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.union([Text, z.array(Part)]).nullish(),
  name: z.string().optional(),
  tool_calls: z.array(z.unknown()).optional(),
});
const Tool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({ name: z.string().min(1), parameters: z.record(z.string(), z.unknown()).optional() }),
});
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
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z.array(Tool).max(128).optional(),
  tool_choice: ToolChoice.optional(),
  response_format: ResponseFormat.optional(),
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

/** The text of one message's content. */
export function textOf(content: ChatRequest["messages"][number]["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? "").join("\n");
}

/** The last thing that the user said. */
export function lastUserText({ messages }: ChatRequest): string {
  return textOf(messages.findLast(({ role }) => role === "user")?.content);
}
