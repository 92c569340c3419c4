import { ScripError } from "../errors";
import { JsonScan } from "./json-structure";

/** Whether a text can be stored: PostgreSQL has no NUL, and JSON no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);

function refuseUnstorable(name: string, value: unknown): unknown {
  if (isStorable(name) && (typeof value !== "string" || isStorable(value))) return value;
  throw new ScripError("invalid_request", "The body holds a NUL character, or half of a surrogate pair.");
}

const notAnObject = (): ScripError =>
  new ScripError("invalid_request", "The body must be a JSON object, sent as application/json in UTF-8.");

/**
 * The body of a request as text, of which no more is read than it may hold, whatever it says of its length.
 *
 * Errors: `request_too_large` above `bytesMax`, what `scan` refuses, a `TypeError` where it isn't UTF-8.
 */
export async function readText(request: Request, bytesMax: number, scan?: JsonScan): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new ScripError("request_too_large", `The body is larger than ${bytesMax} bytes.`);
    scan?.push(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The body of a request as a JSON object, and its text.
 *
 * Errors: `invalid_request` where it is anything else or beyond `JSON_BOUNDS`, `request_too_large` above `bytesMax`.
 */
export async function readJsonObject(
  request: Request,
  bytesMax: number,
): Promise<{ text: string; object: Record<string, unknown> }> {
  try {
    const text = await readText(request, bytesMax, new JsonScan());
    const value: unknown = JSON.parse(text, refuseUnstorable);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
    return { text, object: value as Record<string, unknown> }; // an object of JSON has text for names
  } catch (error) {
    throw error instanceof ScripError ? error : notAnObject();
  }
}
