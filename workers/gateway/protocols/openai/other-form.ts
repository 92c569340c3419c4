import type { BodyForm } from "../../protocol";
import { eventData, isErrorEvent, splitEvents } from "../event-splitter";
import { choicesOf, parseEvent } from "./chunk-log";
import { isAbsent, isObject, type Json } from "./json";

/** What events begin with: a field's name, or a comment. */
const FIELDS = ["data:", "event:", "id:", "retry:", ":"];
const HEAD_BYTES = 64;

/** The form of a body, by how it begins; null while nothing of it is there. */
export function formOf(bytes: Buffer): BodyForm | null {
  const head = bytes.toString("utf8", 0, HEAD_BYTES).trimStart();
  if (head.startsWith("{") || head.startsWith("[")) return "object";
  if (FIELDS.some((field) => head.startsWith(field))) return "events";
  return FIELDS.some((field) => field.startsWith(head)) ? null : "other";
}

/** Members that every chunk repeats rather than continues. */
const REPEATED: ReadonlySet<string> = new Set(["id", "type", "role", "index", "object", "model", "name"]);

/** A delta on what came before: texts and lists go on, elements of lists by their index, anything else is the latest. */
function continued(before: unknown, delta: unknown, name = ""): unknown {
  if (isAbsent(delta)) return before;
  if (typeof before === "string" && typeof delta === "string") return REPEATED.has(name) ? delta : before + delta;
  if (isObject(before) && isObject(delta)) {
    const both: Json = { ...before };
    for (const [member, value] of Object.entries(delta)) both[member] = continued(before[member], value, member);
    return both;
  }
  if (Array.isArray(delta)) return continuedList(Array.isArray(before) ? before : [], delta);
  return delta;
}

function continuedList(before: readonly unknown[], delta: readonly unknown[]): unknown[] {
  const all = [...before];
  for (const element of delta) {
    const index = isObject(element) ? element["index"] : undefined;
    const at = typeof index === "number" ? all.findIndex((other) => isObject(other) && other["index"] === index) : -1;
    if (at >= 0) all[at] = continued(all[at], element);
    else all.push(element);
  }
  return all;
}

/** A choice as a whole reply has it: its delta is its message, and the calls in it have no index. */
function wholeChoice({ delta, ...choice }: Json): Json {
  const message: Json = { role: "assistant", content: null, ...(isObject(delta) ? delta : {}) };
  const calls = message["tool_calls"];
  if (Array.isArray(calls)) {
    message["tool_calls"] = calls.map((call: unknown) => (isObject(call) ? { ...call, index: undefined } : call));
  }
  return { ...choice, message };
}

/**
 * The whole reply that a stream of events comes to: what a supplier sent to a request that asked for no stream. An error among
 * them stands for all. Null for what is no stream, or one that broke off.
 */
export function toWhole(bytes: Buffer): Buffer | null {
  if (formOf(bytes) !== "events") return null;
  let whole: Json = {};
  let isDone = false;
  for (const event of splitEvents(Buffer.concat([bytes, Buffer.from("\n\n")]))) {
    if (eventData(event)?.trim() === "[DONE]") isDone = true;
    const parsed = parseEvent(event);
    if (!parsed) continue;
    if (isErrorEvent(event) || !isAbsent(parsed["error"])) return Buffer.from(JSON.stringify(parsed));
    const { usage } = parsed;
    const { choices, ...head } = { ...parsed, choices: choicesOf(parsed) };
    whole = {
      ...whole,
      ...Object.fromEntries(Object.entries(head).filter(([name, value]) => !isAbsent(value) && name !== "usage")),
      choices: continuedList(choicesOf(whole), choices),
      ...(isObject(usage) && { usage }),
    };
  }
  const choices = choicesOf(whole);
  const isComplete = isDone || (choices.length > 0 && choices.every((choice) => !isAbsent(choice["finish_reason"])));
  if (!isComplete) return null;
  return Buffer.from(JSON.stringify({ ...whole, object: "chat.completion", choices: choices.map(wholeChoice) }));
}

/**
 * The events of a whole reply: what a supplier sent to a request that asked for a stream. Null for what is no reply, an error
 * for one.
 */
export function toEvents(bytes: Buffer): Buffer | null {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString("utf8"));
  } catch {
    return null; // whoever answered doesn't speak this protocol
  }
  if (!isObject(body) || !isAbsent(body["error"]) || !Array.isArray(body["choices"])) return null;
  const { choices: _, usage, ...rest } = body;
  const head = { ...rest, object: "chat.completion.chunk" };
  const choices = choicesOf(body);
  const said = choices.map(({ message, finish_reason: _reason, ...choice }, position) => {
    const delta = isObject(message) ? { ...message } : {};
    const calls = delta["tool_calls"];
    if (Array.isArray(calls)) {
      delta["tool_calls"] = calls.map((call: unknown, index) => (isObject(call) ? { index, ...call } : call));
    }
    return { index: position, ...choice, delta, finish_reason: null };
  });
  const ended = choices.map(({ index, finish_reason }, position) => ({
    index: index ?? position,
    delta: {},
    finish_reason: finish_reason ?? "stop",
  }));
  const chunks = [
    ...(choices.length > 0
      ? [
          { ...head, choices: said },
          { ...head, choices: ended },
        ]
      : []),
    ...(isObject(usage) ? [{ ...head, choices: [], usage }] : []),
  ];
  return Buffer.from(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`);
}
