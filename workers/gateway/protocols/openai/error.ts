import type { ScripError } from "../../../../lib/errors";
import { toJson } from "../../../../lib/http";
import { isObject } from "./json";

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "invalid_request_error",
  409: "invalid_request_error",
  413: "invalid_request_error",
  422: "invalid_request_error",
  429: "rate_limit_error",
};
const typeOf = (status: number): string => TYPES[status] ?? (status < 500 ? "invalid_request_error" : "server_error");

/** A refusal as OpenAI writes one: `{error: {message, type, code, param}}`, with the members that the refusal carries. */
export function body(refusal: ScripError): string {
  const { members, param } = refusal.details;
  return toJson({
    error: {
      ...members,
      message: refusal.message,
      type: typeOf(refusal.status),
      code: refusal.code,
      param: param ?? null,
    },
  });
}

/** A refusal as the last event of a stream. */
export const event = (refusal: ScripError): string => `data: ${body(refusal)}\n\n`;

const FALLBACK = "The supplier refused the request.";

/** A supplier's refusal of the caller's request, in OpenAI's shape whatever the supplier's own. */
export function surfaced(status: number, text: string): string {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null; // no JSON: nothing in it is for the caller
  }
  const outer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const inner = isObject(outer) && isObject(outer["error"]) ? outer["error"] : isObject(outer) ? outer : {};
  const message = inner["message"] ?? inner["error"] ?? inner["detail"];
  return JSON.stringify({
    error: {
      message: typeof message === "string" ? message : message === undefined ? FALLBACK : JSON.stringify(message),
      type: typeof inner["type"] === "string" ? inner["type"] : typeOf(status),
      code: typeof inner["code"] === "string" ? inner["code"] : null,
      param: typeof inner["param"] === "string" ? inner["param"] : null,
    },
  });
}
