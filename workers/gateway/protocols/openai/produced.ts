import { isObject } from "./json";

/** What a reply put out: the pieces of each text, by choice and place. */
export type Produced = Map<string, string[]>;

export const newProduced = (): Produced => new Map();

/** Where the words stand in a part of a content or of a reasoning. What is encrypted is no words. */
const WORDS = ["text", "thinking", "reasoning", "summary", "content", "refusal", "transcript"];
/** Parts within parts. */
const DEPTH_MAX = 4;

/** The words of a value: a text, a part of one, or a list of parts. */
function wordsOf(value: unknown, depth = 0): string {
  if (typeof value === "string") return value;
  if (depth >= DEPTH_MAX) return "";
  if (Array.isArray(value)) return value.map((part) => wordsOf(part, depth + 1)).join("");
  return isObject(value) ? WORDS.map((name) => wordsOf(value[name], depth + 1)).join("") : "";
}

/** Arguments of a call: JSON as a text, or as it is. */
const argumentsOf = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : wordsOf(value);

function add(produced: Produced, place: string, piece: string): void {
  if (piece === "") return;
  const pieces = produced.get(place);
  if (pieces) pieces.push(piece);
  else produced.set(place, [piece]);
}

function addCalls(produced: Produced, place: string, calls: unknown): void {
  if (!Array.isArray(calls)) return;
  for (const [position, call] of (calls as unknown[]).entries()) {
    if (!isObject(call)) continue;
    const at = `${place}.${typeof call["index"] === "number" ? call["index"] : position}`;
    const named = [call["function"], call["custom"], call].find(isObject) ?? {};
    add(produced, `${at}.name`, wordsOf(named["name"]));
    add(produced, `${at}.arguments`, argumentsOf(named["arguments"] ?? named["input"]));
  }
}

/** The names under which suppliers put what a model thought; the same words may stand under several. */
const REASONING = ["reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks"];

/** Add what the choices of a reply (`message`) or of an event (`delta`) put out. */
export function addChoices(produced: Produced, choices: unknown, part: "message" | "delta"): void {
  if (!Array.isArray(choices)) return;
  for (const [position, choice] of (choices as unknown[]).entries()) {
    if (!isObject(choice)) continue;
    const place = String(typeof choice["index"] === "number" ? choice["index"] : position);
    const said = [choice[part], choice["delta"], choice["message"]].find(isObject);
    add(produced, `${place}.text`, wordsOf(choice["text"]));
    if (!said) continue;
    add(produced, `${place}.content`, wordsOf(said["content"]));
    add(produced, `${place}.refusal`, wordsOf(said["refusal"]));
    add(
      produced,
      `${place}.reasoning`,
      REASONING.map((name) => wordsOf(said[name])).find((words) => words !== "") ?? "",
    );
    addCalls(produced, `${place}.calls`, said["tool_calls"]);
    addCalls(produced, `${place}.call`, isObject(said["function_call"]) ? [{ function: said["function_call"] }] : null);
    if (isObject(said["audio"])) add(produced, `${place}.audio`, wordsOf(said["audio"]["transcript"]));
  }
}

/** Each text whole. */
export const texts = (produced: Produced): string[] => [...produced.values()].map((pieces) => pieces.join(""));
