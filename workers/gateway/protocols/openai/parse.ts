import { isUtf8 } from "node:buffer";
import { ScripError } from "../../../../lib/errors";
import { BILL_FIELD_NAMES } from "../../../../lib/providers";
import { findDoubt, type Member, readMembers } from "../../json-members";
import type { Ask } from "../../protocol";

/** What this protocol remembers of a request. */
export type ChatAsk = Ask<{ members: Member[]; wantsUsage: boolean }>;
export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** No schema or message is nested so deep; what is could exhaust the stack of whoever walks it. */
const LEVELS_MAX = 256;
const TOOLS_MAX = 100;
const CHOICES_MAX = 128;
const OUTPUT_MAX = 10_000_000;
/** Room for what suppliers put around messages. Units: tokens. */
const FRAME_TOKENS = 64;
/** The dearest that an image is at any supplier: eight tiles and the base of the small model that counts them highest. */
const IMAGE_TOKENS_MAX = 51_000;
/** No model's window is larger. Units: tokens. */
const WINDOW_MAX = 10_000_000;
/** Content parts that are no more tokens than bytes, and images, which have a bound of their own. */
const MEASURED_PARTS: ReadonlySet<unknown> = new Set(["text", "refusal", "thinking", "input_audio", "image_url"]);
/** Names that decide what a request costs. Some suppliers read names in any case, so another case is refused. */
const DECIDING: ReadonlySet<string> = new Set([
  ...BILL_FIELD_NAMES,
  "model",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "tools",
  "service_tier",
  "modalities",
]);

const asObjects = (value: unknown): Json[] => (Array.isArray(value) ? (value as unknown[]).filter(isObject) : []);

const refuse = (message: string, param?: string): never => {
  throw new ScripError("invalid_request", message, param === undefined ? {} : { param });
};

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

/** What another reader could take for something else than we do is refused. */
function requireOneMeaning(bytes: Buffer): void {
  const doubt = findDoubt(bytes, LEVELS_MAX);
  if (doubt?.kind === "deep") refuse(`The body is nested more than ${LEVELS_MAX} levels deep.`);
  if (doubt?.kind === "repeated") refuse(`The body has '${doubt.name}' twice. Send each field once.`, doubt.name);
}

/** A name without its case, as the readers fold it that don't look at that: some letters beyond ASCII fold into it. */
const fold = (name: string): string => name.toUpperCase().toLowerCase();

/** A deciding name in another case could mean nothing to us and much to a supplier. */
function requirePlainNames(names: Iterable<string>, deciding: ReadonlySet<string>): void {
  for (const name of names) {
    const folded = fold(name);
    if (folded !== name && deciding.has(folded)) refuse(`Write '${folded}' instead of '${name}'.`, name);
  }
}

const IN_MESSAGE: ReadonlySet<string> = new Set(["content"]);
const IN_PART: ReadonlySet<string> = new Set(["type", "image_url"]);

/** The same for what decides within messages and tools. */
function requirePlainParts({ messages, tools }: Json): void {
  for (const message of asObjects(messages)) {
    requirePlainNames(Object.keys(message), IN_MESSAGE);
    for (const part of asObjects(message["content"])) requirePlainNames(Object.keys(part), IN_PART);
  }
  for (const tool of asObjects(tools)) requirePlainNames(Object.keys(tool), IN_PART);
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
    const content = isObject(message) ? message["content"] : null;
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
export function parse(bytes: Buffer, headers: Readonly<Record<string, string>>): ChatAsk {
  const body = readObject(bytes);
  requireOneMeaning(bytes);
  const members = readMembers(bytes);
  requirePlainNames(Object.keys(body), DECIDING);
  requirePlainParts(body);
  const { model, messages, tools } = body;
  if (typeof model !== "string" || model === "") return refuse("'model' must name a model.", "model");
  if (!Array.isArray(messages) || messages.length === 0) {
    return refuse("'messages' must be a list with at least one message.", "messages");
  }
  if (Array.isArray(tools) && tools.length > TOOLS_MAX)
    return refuse(`At most ${TOOLS_MAX} tools can be sent.`, "tools");
  const isStreamed = readFlag(body, "stream");
  const { images, imageBytes, areMeasured } = measureParts(messages);
  const measured = bytes.length - imageBytes + images * IMAGE_TOKENS_MAX + FRAME_TOKENS;
  return {
    bytes,
    model,
    isStreamed,
    outputAsked: readOutputAsked(body),
    choices: readCount(body, "n", CHOICES_MAX) ?? 1,
    inputBound: areMeasured ? measured : Math.max(measured, WINDOW_MAX),
    inputBeyond: areMeasured ? images * IMAGE_TOKENS_MAX : WINDOW_MAX,
    outputBeyond: predictedBytes(body),
    facts: { body, headers },
    particulars: { members, wantsUsage: readWantsUsage(body, isStreamed) },
  };
}
