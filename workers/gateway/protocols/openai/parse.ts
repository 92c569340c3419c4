import { isUtf8 } from "node:buffer";
import { findDuplicate, type Member, readMembers } from "../json-members";
import type { ParsedRequest } from "../../protocol";
import { requireChatForm } from "./chat-form";
import { isAbsent, isObject, type Json, refuse, requirePlainNames } from "./json";
import { withTierNamed } from "./service-tier";

/**
 * What this protocol remembers of a request: where its members stand, where those of its `stream_options` stand in their
 * value, and the names under which it bounds its output.
 */
export type ChatRequest = ParsedRequest<{ members: Member[]; options: Member[]; caps: string[]; wantsUsage: boolean }>;

/** No model's name is so long; what is names none. */
const MODEL_CHARS_MAX = 300;
/** Options hold a flag or two. */
const OPTIONS_BYTES_MAX = 4_096;
const CAPS = ["max_completion_tokens", "max_tokens"];
const TOOLS_MAX = 100;
const CHOICES_MAX = 128;
const OUTPUT_MAX = 10_000_000;
/** Room for what suppliers put around messages. Units: tokens. */
const FRAME_TOKENS = 64;
/** Room for instructions for calling tools: Qwen 3's template adds 81 to their JSON; others' aren't published. */
export const TOOLS_TOKENS_MAX = 1_024;
/** The dearest that an image is at any supplier: eight tiles and the base of the small model that counts them highest. */
const IMAGE_TOKENS_MAX = 51_000;
/** No model's window is larger. Units: tokens. */
const WINDOW_MAX = 10_000_000;
/** Content parts that are no more tokens than bytes, and images, which have a bound of their own. */
const MEASURED_PARTS: ReadonlySet<unknown> = new Set(["text", "refusal", "thinking", "input_audio", "image_url"]);

function readObject(bytes: Buffer): Json {
  const message = "The body must be a JSON object in UTF-8.";
  if (!isUtf8(bytes)) return refuse(message);
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isObject(value) ? value : refuse(message);
  } catch {
    return refuse(message);
  }
}

/** A name of the caller's, for a message: as much of it as anybody reads. */
const shown = (name: string): string => name.slice(0, 100);

/** What another reader could take for something else than we do is refused. */
function requireOneMeaning(bytes: Buffer): void {
  const name = findDuplicate(bytes);
  if (name !== null) refuse(`The body has '${shown(name)}' twice. Send each field once.`, shown(name));
}

/** Where members stand, without the names that are too long to be any of ours: they go from a thread to the gateway. */
function membersOf(bytes: Buffer): Member[] {
  const members = readMembers(bytes);
  for (const member of members) member.name = shown(member.name);
  return members;
}

function readCount(body: Json, name: string, max: number): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return value;
  return refuse(`'${name}' must be a whole number from 1 to ${max}.`, name);
}

function readFlag(body: Json, name: string): boolean {
  const value = body[name];
  if (value === undefined || value === null) return false;
  return typeof value === "boolean" ? value : refuse(`'${name}' must be true or false.`, name);
}

function readWantsUsage(body: Json, isStreamed: boolean): boolean {
  const options = body["stream_options"];
  if (options === undefined || options === null) return false;
  if (!isObject(options)) return refuse("'stream_options' must be an object.", "stream_options");
  if (!isStreamed)
    return refuse("'stream_options' is for streams: set 'stream' to true or leave it out.", "stream_options");
  return readFlag(options, "include_usage");
}

type Parts = { images: number; imageBytes: number; areMeasured: boolean };

/** Images in the messages, the bytes that they take in the body, and whether the other parts are in their bytes. */
function measureParts(messages: readonly unknown[]): Parts {
  const parts: Parts = { images: 0, imageBytes: 0, areMeasured: true };
  for (const message of messages) {
    if (!isObject(message)) continue;
    const { content, audio } = message;
    // An earlier spoken reply by its id.
    if (!isAbsent(audio)) parts.areMeasured = false;
    if (!Array.isArray(content)) continue;
    for (const part of content as unknown[]) {
      if (!isObject(part)) continue;
      if (!MEASURED_PARTS.has(part["type"])) parts.areMeasured = false;
      if (part["type"] !== "image_url") continue;
      const image = part["image_url"];
      const url = isObject(image) ? image["url"] : image;
      parts.images++;
      if (typeof url !== "string" || !url.startsWith("data:")) continue;
      parts.imageBytes += url.length;
      // A video or a document in an image's place.
      if (!/^data:image\//i.test(url)) parts.areMeasured = false;
    }
  }
  return parts;
}

/** Output that may be billed although it stands in no reply: a prediction that was rejected. */
const predictedBytes = (body: Json): number => {
  const prediction = body["prediction"];
  return prediction === undefined || prediction === null ? 0 : Buffer.byteLength(JSON.stringify(prediction));
};

/** The bound of the output, under either of its names. Which one a supplier obeys is its own affair: they must agree. */
function readOutputAsked(body: Json): number | null {
  const [now, before] = [
    readCount(body, "max_completion_tokens", OUTPUT_MAX),
    readCount(body, "max_tokens", OUTPUT_MAX),
  ];
  if (now !== null && before !== null && now !== before) {
    return refuse("'max_completion_tokens' and 'max_tokens' differ. Send one of them.", "max_tokens");
  }
  return now ?? before;
}

/** Read a chat completion's request. Errors: `ScripError` invalid_request. */
export function parse(bytes: Buffer, headers: Readonly<Record<string, string>>): ChatRequest {
  const body = readObject(bytes);
  requireOneMeaning(bytes);
  requirePlainNames(body);
  requireChatForm(body);
  const { model, tools, functions } = body;
  const messages = body["messages"] as unknown[]; // its form was looked at
  if (typeof model !== "string" || model === "") return refuse("'model' must name a model.", "model");
  for (const [name, list] of Object.entries({ tools, functions })) {
    if (Array.isArray(list) && list.length > TOOLS_MAX) refuse(`At most ${TOOLS_MAX} ${name} can be sent.`, name);
  }
  const isStreamed = readFlag(body, "stream");
  const members = membersOf(bytes);
  const options = members.find(({ name }) => name === "stream_options");
  if (options && options.end - options.valueStart > OPTIONS_BYTES_MAX) {
    return refuse("'stream_options' is too long.", "stream_options");
  }
  const { images, imageBytes, areMeasured } = measureParts(messages);
  const measured =
    bytes.length - imageBytes + images * IMAGE_TOKENS_MAX + FRAME_TOKENS + (tools ? TOOLS_TOKENS_MAX : 0);
  return {
    bytes,
    model: model.slice(0, MODEL_CHARS_MAX),
    isStreamed,
    outputAsked: readOutputAsked(body),
    choices: readCount(body, "n", CHOICES_MAX) ?? 1,
    inputBound: areMeasured ? measured : Math.max(measured, WINDOW_MAX),
    inputOverheadTokens: areMeasured ? images * IMAGE_TOKENS_MAX : WINDOW_MAX,
    outputOverheadTokens: predictedBytes(body),
    facts: { body: withTierNamed(body), headers },
    particulars: {
      members,
      options: options ? membersOf(bytes.subarray(options.valueStart, options.end)) : [],
      caps: CAPS.filter((name) => typeof body[name] === "number"),
      wantsUsage: readWantsUsage(body, isStreamed),
    },
  };
}
