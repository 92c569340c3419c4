import type { UpstreamAnswer } from "./adapter";

/**
 * An error as every supplier's envelope can be read: lower case, empty where absent. `message` holds the supplier's own
 * words alone: it is empty where the error is about a parameter, and what it quotes is cut out.
 */
export type ErrorFacts = { status: number; type: string; code: string; message: string; param: string };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Plain text says what it says; JSON that was cut off could say anything.
    return /^\s*[[{]/.test(body) ? "" : body;
  }
}

const word = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : "";

/** The reasons that Google writes into `details`, which say more than its status. */
function reasons(details: unknown): string {
  if (!Array.isArray(details)) return "";
  return details.map((detail: unknown) => (isObject(detail) ? word(detail["reason"]) : "")).join(" ");
}

// An apostrophe within a word is no quotation mark.
const QUOTE = /(?<!\w)['"`‘“«]|['"`’”»](?!\w)/g;

/**
 * A message without what it quotes: a caller writes that, and could have it say that a key is empty or refused. What is
 * quoted may hold quotation marks itself, so that all is cut from the first one to the last, or to the end where one is
 * left open.
 */
function ownWords(message: string, param: string): string {
  if (param !== "") return "";
  const places = [...message.matchAll(QUOTE)].map(({ index }) => index);
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return message;
  return message.slice(0, first) + (places.length % 2 === 0 ? message.slice(last + 1) : "");
}

/**
 * Read a supplier's error, whichever envelope it has.
 *
 * Envelopes: `{error: {message, type, code}}` (OpenAI and most), an array around it (Gemini's compatible endpoint),
 * `{code, error: text}` (xAI), `{errors: [{code, message}]}` (Cloudflare), `{message, type, code}` (Mistral,
 * SiliconFlow), `{detail}` (FastAPI), plain text.
 */
export function readErrorFacts({ status, body }: Pick<UpstreamAnswer, "status" | "body">): ErrorFacts {
  const parsed = parse(body);
  const outer = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed;
  if (!isObject(outer)) return { status, type: "", code: "", message: ownWords(word(outer), ""), param: "" };
  const listed: unknown = Array.isArray(outer["errors"]) ? outer["errors"][0] : undefined;
  const inner = isObject(outer["error"]) ? outer["error"] : isObject(listed) ? listed : outer;
  const text = [inner["message"], outer["error"], outer["detail"], outer["message"]]
    .map(word)
    .find((part) => part !== "");
  const param = word(inner["param"]);
  return {
    status,
    type: word(inner["type"]) || word(inner["status"]),
    code: `${word(inner["code"])} ${reasons(inner["details"])}`.trim(),
    message: ownWords(text ?? "", param),
    param,
  };
}
