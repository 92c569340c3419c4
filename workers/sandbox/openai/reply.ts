import { crc32 } from "node:zlib";
import { lastUserText, type ChatRequest } from "./chat-request";
import { sample } from "./sample";
import { toPieces, type Piece } from "./tokens";
import { usualLength, wordsFor } from "./words";

export type ToolCall = { readonly id: string; readonly name: string };
/** What one choice says: text, or calls of tools. */
export type Choice = { readonly calls: readonly ToolCall[]; readonly finish: "stop" | "length" | "tool_calls" };
/** One token or letter of the reply, in the order in which it is produced. `call` is the tool call that it belongs to. */
export type Step = Piece & { readonly choice: number; readonly call: number | null };
/** All that a request will be answered, known before the first byte: the same request gets the same reply. */
export type Reply = { readonly choices: readonly Choice[]; readonly steps: readonly Step[] };

const ASKED_LENGTH = /\breply with (\d{1,6}) tokens?\b/i;
const ASKED_TEXT = /\breply with the text:[ \t]?([\s\S]+)$/i;

type Tools = NonNullable<ChatRequest["tools"]>;

/** The tools that are called: the one that is asked for, else the first, once; all where the prompt says "every tool". */
function toolsCalled(request: ChatRequest): Tools {
  const { tools = [], tool_choice: choice = "auto", messages } = request;
  if (tools.length === 0 || choice === "none") return [];
  if (typeof choice === "object") return tools.filter((tool) => tool.function.name === choice.function.name);
  const hasResult = messages.at(-1)?.role === "tool";
  if (choice === "auto" && hasResult) return [];
  return /\bevery tool\b/i.test(lastUserText(request)) ? tools : tools.slice(0, 1);
}

function textPieces(request: ChatRequest, seed: number): Piece[] {
  const { model, response_format: format } = request;
  if (format?.type === "json_schema") return toPieces(model, JSON.stringify(sample(format.json_schema.schema)));
  const asked = lastUserText(request);
  const text = ASKED_TEXT.exec(asked)?.[1];
  if (text !== undefined) return toPieces(model, text);
  const words = wordsFor(seed, Number(ASKED_LENGTH.exec(asked)?.[1] ?? usualLength(seed)));
  if (format?.type !== "json_object") return words;
  return toPieces(model, JSON.stringify({ reply: words.map((word) => word.text).join("") }));
}

/** What one choice says, in the pieces that it streams in: of each tool call, or of its text. */
function spoken(request: ChatRequest, tools: Tools, seed: number): { call: number | null; pieces: Piece[] }[] {
  if (tools.length === 0) return [{ call: null, pieces: textPieces(request, seed) }];
  return tools.map((tool, call) => ({
    call,
    pieces: toPieces(request.model, JSON.stringify(sample(tool.function.parameters ?? {}))),
  }));
}

/** Add one choice's steps, as many as the maximum lets through. */
function planChoice(request: ChatRequest, choice: number, seed: number, most: number, steps: Step[]): Choice {
  const tools = toolsCalled(request);
  const calls = tools.map((tool, at) => ({
    id: `call_${(seed >>> 0).toString(36)}${choice}${at}`,
    name: tool.function.name,
  }));
  let produced = 0;
  for (const { call, pieces } of spoken(request, tools, seed)) {
    for (const { text, tokens } of pieces) {
      produced += tokens;
      if (produced > most) return { calls, finish: "length" };
      steps.push({ text, tokens, choice, call });
    }
  }
  return { calls, finish: calls.length > 0 ? "tool_calls" : "stop" };
}

/** Plan the whole reply. The messages are its seed, so that a repeated request gets the same reply. */
export function planReply(request: ChatRequest): Reply {
  const most = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const seed = crc32(JSON.stringify(request.messages));
  const steps: Step[] = [];
  const choices = Array.from({ length: request.n ?? 1 }, (_, index) =>
    planChoice(request, index, seed + index, most, steps),
  );
  return { choices, steps };
}
