import { isAbsent, isObject, type Json, refuse } from "./json";

/** Where a value hasn't the form that the protocol says, behind the value that was looked at, and how it should be. */
type Fault = { at: string; must: string } | null;
type Check = (value: unknown) => Fault;

const fault = (at: string, must: string): Fault => ({ at, must });
const within = (at: string, found: Fault): Fault => found && { at: at + found.at, must: found.must };

const ofType =
  (test: (value: unknown) => boolean, must: string): Check =>
  (value) =>
    test(value) ? null : fault("", must);
const text = ofType((value) => typeof value === "string", "must be a text");
const filledText = ofType((value) => typeof value === "string" && value !== "", "must be a text that isn't empty");
const object = ofType(isObject, "must be an object");
const orAbsent =
  (check: Check): Check =>
  (value) =>
    isAbsent(value) ? null : check(value);
const either =
  (one: Check, other: Check): Check =>
  (value) =>
    typeof value === "string" ? one(value) : other(value);

/** The members of an object, one after the other; whatever else it has is no business of ours. */
function members(checks: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(checks);
  return (value) => {
    if (!isObject(value)) return object(value);
    for (const [name, check] of entries) {
      const found = check(value[name]);
      if (found) return within(`.${name}`, found);
    }
    return null;
  };
}

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return fault("", "must be a list");
    for (const [index, item] of (value as unknown[]).entries()) {
      const found = check(item);
      if (found) return within(`[${index}]`, found);
    }
    return null;
  };
}

const TEXT_PARTS = listOf(members({ type: ofType((type) => type === "text", "must be 'text'"), text }));
/** Reasoning that is sent back comes as a text, or as texts and references. */
const THOUGHTS = listOf(
  members({ type: ofType((type) => type === "text" || type === "reference", "must be 'text' or 'reference'") }),
);

/** The content parts of the protocol, by their types; reasoning is some suppliers' own. */
const PARTS: ReadonlyMap<unknown, Check> = new Map<unknown, Check>([
  ["text", members({ text })],
  ["refusal", members({ refusal: text })],
  ["image_url", members({ image_url: either(text, members({ url: text, detail: orAbsent(text) })) })],
  ["input_audio", members({ input_audio: members({ data: text, format: text }) })],
  ["file", members({ file: object })],
  ["thinking", members({ thinking: either(text, THOUGHTS) })],
]);
/** Parts that other suppliers have. Whether they have a price is for the card to say. */
const FOREIGN_PARTS: ReadonlySet<unknown> = new Set([
  "audio",
  "audio_url",
  "document",
  "document_url",
  "file_url",
  "image",
  "input_file",
  "input_image",
  "input_text",
  "input_video",
  "redacted_thinking",
  "reference",
  "tool_result",
  "tool_use",
  "video",
  "video_url",
]);
/** Members that make another part of one, to a reader that goes by them and not by the type. */
const PAYLOADS = ["image_url", "input_audio", "file", "file_data", "fileData", "file_id", "inline_data", "inlineData"]
  .concat(["source", "image", "audio", "audio_url", "video", "video_url", "input_video", "input_file", "input_image"])
  .concat(["document", "document_url", "file_url"]);

const part: Check = (value) => {
  if (!isObject(value)) return object(value);
  const { type } = value;
  const check = PARTS.get(type);
  if (!check) {
    if (FOREIGN_PARTS.has(type)) return null;
    return fault(".type", "must be 'text', 'image_url', 'input_audio', 'file' or 'refusal'");
  }
  const other = PAYLOADS.find((name) => name !== type && !isAbsent(value[name]));
  return other === undefined ? check(value) : fault(`.${other}`, `may not stand in a part of type '${String(type)}'`);
};

const message = members({
  role: filledText,
  content: orAbsent(either(text, listOf(part))),
  tool_calls: orAbsent(listOf(object)),
  function_call: orAbsent(object),
  audio: orAbsent(object),
});

const NAMED = members({ name: filledText });
const FUNCTION = members({ name: filledText, parameters: orAbsent(object) });
const TOOL_TYPES: ReadonlySet<unknown> = new Set(["function", "custom"]);
/** Members of a tool that hold more than a word and make no other tool of it. */
const OF_TOOLS: ReadonlySet<string> = new Set([
  "type",
  "function",
  "custom",
  "strict",
  "parameters",
  "input_schema",
  "metadata",
  "annotations",
  "cache_control",
  "prompt_cache_breakpoint",
  "defer_loading",
  "eager_input_streaming",
  "allowed_callers",
]);

/** A tool of the supplier's own is for the card to price, by its type. */
const tool: Check = (value) => {
  if (!isObject(value)) return object(value);
  const { type } = value;
  if (typeof type !== "string" || TOOL_TYPES.has(type.trim().toLowerCase())) {
    if (!TOOL_TYPES.has(type)) return fault(".type", "must be 'function' or 'custom'");
  }
  const own = type === "function" ? FUNCTION : type === "custom" ? NAMED : null;
  if (!own) return null;
  const other = Object.keys(value).find(
    (name) =>
      !OF_TOOLS.has(name) && (value[name] === true || (typeof value[name] === "object" && value[name] !== null)),
  );
  if (other !== undefined) return fault(`.${other}`, `may not stand in a tool of type '${String(type)}'`);
  return within(`.${String(type)}`, own(value[String(type)]));
};

const toolChoice: Check = (value) => {
  if (typeof value === "string") return null;
  if (!isObject(value)) return fault("", "must be a text or an object");
  const { type } = value;
  if (type === "allowed_tools") {
    const allowed = listOf(members({ type: ofType((kind) => TOOL_TYPES.has(kind), "must be 'function' or 'custom'") }));
    return members({ allowed_tools: members({ tools: allowed }) })(value);
  }
  if (!TOOL_TYPES.has(type)) return fault(".type", "must be 'function', 'custom' or 'allowed_tools'");
  return within(`.${String(type)}`, NAMED(value[String(type)]));
};

const prediction = members({
  type: ofType((type) => type === "content", "must be 'content'"),
  content: either(text, TEXT_PARTS),
});

const BODY = members({
  messages: (value) =>
    Array.isArray(value) && value.length > 0
      ? listOf(message)(value)
      : fault("", "must be a list with at least one message"),
  tools: orAbsent(listOf(tool)),
  tool_choice: orAbsent(toolChoice),
  functions: orAbsent(listOf(FUNCTION)),
  function_call: orAbsent(either(text, NAMED)),
  modalities: orAbsent(listOf(text)),
  audio: orAbsent(object),
  prediction: orAbsent(prediction),
  response_format: orAbsent(members({ type: filledText })),
});

/**
 * Refuse messages, content parts and tools that haven't the form which the protocol says: what we can't read, a supplier
 * may, and bill. Members that the protocol doesn't name pass.
 *
 * Errors: `ScripError` invalid_request, with the place as its param: `messages[0].content[2].type`.
 */
export function requireChatForm(body: Json): void {
  const found = BODY(body);
  if (!found) return;
  const place = found.at.slice(1);
  refuse(`'${place}' ${found.must}.`, place);
}
