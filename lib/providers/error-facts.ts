import type { UpstreamAnswer } from "./adapter";

/** An error as every supplier's envelope can be read: lower case, empty where absent. */
export type ErrorFacts = { status: number; type: string; code: string; message: string; param: string };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body; // plain text says what it says
  }
}

const word = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : "";

/** The reasons that Google writes into `details`, which say more than its status. */
function reasons(details: unknown): string {
  if (!Array.isArray(details)) return "";
  return details.map((detail: unknown) => (isObject(detail) ? word(detail["reason"]) : "")).join(" ");
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
  if (!isObject(outer)) return { status, type: "", code: "", message: word(outer), param: "" };
  const listed: unknown = Array.isArray(outer["errors"]) ? outer["errors"][0] : undefined;
  const inner = isObject(outer["error"]) ? outer["error"] : isObject(listed) ? listed : outer;
  const text = [inner["message"], outer["error"], outer["detail"], outer["message"]]
    .map(word)
    .find((part) => part !== "");
  return {
    status,
    type: word(inner["type"]) || word(inner["status"]),
    code: `${word(inner["code"])} ${reasons(inner["details"])}`.trim(),
    message: text ?? "",
    param: word(inner["param"]),
  };
}
