import { isObject } from "./json";

/** What a reply put out: the pieces of each text, by choice and place. */
export type Produced = Map<string, string[]>;

export const newProduced = (): Produced => new Map();

function add(produced: Produced, place: string, piece: unknown): void {
  if (typeof piece !== "string" || piece === "") return;
  const pieces = produced.get(place);
  if (pieces) pieces.push(piece);
  else produced.set(place, [piece]);
}

function addCalls(produced: Produced, place: string, calls: unknown): void {
  if (!Array.isArray(calls)) return;
  for (const [position, call] of (calls as unknown[]).entries()) {
    if (!isObject(call)) continue;
    const at = `${place}.${typeof call["index"] === "number" ? call["index"] : position}`;
    const named = isObject(call["function"]) ? call["function"] : isObject(call["custom"]) ? call["custom"] : {};
    add(produced, `${at}.name`, named["name"]);
    add(produced, `${at}.arguments`, named["arguments"] ?? named["input"]);
  }
}

/** Add what the choices of a reply (`message`) or of an event (`delta`) put out. */
export function addChoices(produced: Produced, choices: unknown, part: "message" | "delta"): void {
  if (!Array.isArray(choices)) return;
  for (const [position, choice] of (choices as unknown[]).entries()) {
    if (!isObject(choice)) continue;
    const place = String(typeof choice["index"] === "number" ? choice["index"] : position);
    const said = choice[part];
    if (!isObject(said)) continue;
    add(produced, `${place}.content`, said["content"]);
    add(produced, `${place}.refusal`, said["refusal"]);
    add(produced, `${place}.reasoning`, said["reasoning_content"] ?? said["reasoning"]);
    addCalls(produced, `${place}.calls`, said["tool_calls"]);
    addCalls(produced, `${place}.call`, isObject(said["function_call"]) ? [{ function: said["function_call"] }] : null);
    if (isObject(said["audio"])) add(produced, `${place}.audio`, said["audio"]["transcript"]);
  }
}

/** Each text whole. */
export const texts = (produced: Produced): string[] => [...produced.values()].map((pieces) => pieces.join(""));
