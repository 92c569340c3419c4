import { textOf, type ChatRequest } from "./chat-request";
import { countText } from "./tokens";

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
    (name === undefined ? 0 : PER_NAME + countText(model, name)) +
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
  const { model, messages, tools, response_format: format } = request;
  const extras = [tools, format?.type === "json_schema" ? format : undefined].filter((extra) => extra !== undefined);
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
