import { crc32 } from "node:zlib";
import { type ChatRequest, lastUserText, offersFunctions } from "./chat-request";
import { type Piece, toPieces, usualLength, wordsFor } from "./tokens";

export type ToolCall = { readonly id: string; readonly name: string };
/** What one choice says: text, or calls of tools. */
export type Choice = {
  readonly calls: readonly ToolCall[];
  readonly finish: "stop" | "length" | "tool_calls" | "function_call";
};
/** One token or letter of the reply, in the order in which it is produced. `call` is the tool call that it belongs to. */
export type Step = Piece & { readonly choice: number; readonly call: number | null };
/** All that a request will be answered, known before the first byte: the same request gets the same reply. */
export type Reply = { readonly choices: readonly Choice[]; readonly steps: readonly Step[] };

const ASKED_LENGTH = /\breply with (\d{1,6}) tokens?\b/i;
const ASKED_TEXT = /\breply with the text:[ \t]?([\s\S]+)$/i;

type Tools = NonNullable<ChatRequest["tools"]>;

/** The tools that are called: the one that is asked for, else the first, once; all where the prompt says "every tool". */
function toolsCalled(request: ChatRequest): Tools {
  const { messages } = request;
  if (offersFunctions(request)) return functionCalled(request);
  const [tools, choice] = [request.tools ?? [], request.tool_choice ?? "auto"];
  if (tools.length === 0 || choice === "none") return [];
  if (typeof choice === "object") return tools.filter((tool) => tool.function.name === choice.function.name);
  const hasResult = messages.at(-1)?.role === "tool";
  if (choice === "auto" && hasResult) return [];
  return /\bevery tool\b/i.test(lastUserText(request)) ? tools : tools.slice(0, 1);
}

function functionCalled({ functions, function_call: choice, messages }: ChatRequest): Tools {
  const tools = (functions ?? []).map((named) => ({ type: "function" as const, function: named }));
  if (choice === "none" || messages.at(-1)?.role === "function") return [];
  if (typeof choice === "object" && choice) return tools.filter((tool) => tool.function.name === choice.name);
  return tools.slice(0, 1);
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
  if (calls.length === 0) return { calls, finish: "stop" };
  return { calls, finish: offersFunctions(request) ? "function_call" : "tool_calls" };
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

/** The members of a JSON Schema that a sample looks at. */
type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema that a local `$ref` names. */
function resolve(schema: Schema, root: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#")) return schema;
  const target = reference
    .slice(1)
    .split("/")
    .filter(Boolean)
    .reduce<unknown>((at, name) => (isSchema(at) ? at[name] : undefined), root);
  return isSchema(target) ? target : {};
}

function sampleObject(schema: Schema, root: Schema, depth: number): Record<string, unknown> {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const members = Object.entries(properties).filter(([, member]) => isSchema(member));
  return Object.fromEntries(
    members.map(([name, member]) => [name, sample(isSchema(member) ? member : {}, root, depth + 1)]),
  );
}

const DEPTH_MAX = 8;

/** A value that fits a JSON Schema, the same each time: the shortest array, the first of a choice. */
function sample(schema: Schema, root: Schema = schema, depth = 0): unknown {
  const { const: fixed, enum: choices, anyOf, type, minItems, items, minimum, default: usual } = resolve(schema, root);
  const resolved = resolve(schema, root);
  if (fixed !== undefined) return fixed;
  if (Array.isArray(choices)) return choices[0];
  if (usual !== undefined) return usual;
  if (depth > DEPTH_MAX) return null;
  const first: unknown = Array.isArray(anyOf) ? anyOf[0] : undefined;
  if (isSchema(first)) return sample(first, root, depth + 1);
  switch (Array.isArray(type) ? (type[0] as unknown) : type) {
    case "string":
      return "amber";
    case "integer":
    case "number":
      return typeof minimum === "number" ? minimum : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array": {
      const length = typeof minItems === "number" ? Math.max(1, minItems) : 1;
      return Array.from({ length }, () => sample(isSchema(items) ? items : {}, root, depth + 1));
    }
    default:
      return sampleObject(resolved, root, depth);
  }
}
