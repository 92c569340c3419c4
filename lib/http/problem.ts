import * as z from "zod";
import { type FieldError, ScripError } from "../errors";
import { toJson } from "./json";

const TITLES: Partial<Record<number, string>> = {
  400: "Bad request",
  401: "Not signed in",
  402: "Payment required",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  422: "Unprocessable",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

/** What zod found wrong, as fields with dotted paths. */
function toFieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}

/** A refusal for input that doesn't fit its schema; says which fields. */
export function validationFailed(error: z.ZodError): ScripError {
  const errors = toFieldErrors(error);
  const first = errors[0];
  const detail = first ? `${first.path || "The request"}: ${first.message}` : "The request doesn't fit its schema.";
  return new ScripError("validation_failed", detail, { errors });
}

/**
 * Any thrown value as problem details. What isn't a refusal becomes a 500 that shows nothing of its text.
 *
 * Source: RFC 9457.
 */
export function toProblem(error: unknown, requestId: string): Response {
  const refusal =
    error instanceof ScripError
      ? error
      : new ScripError("internal_error", `Something went wrong on our side. Tell support the request id ${requestId}.`);
  const { status } = refusal;
  const { errors, members, retryAfterS } = refusal.details;
  const body = {
    ...members,
    type: `/docs/api#${refusal.code}`,
    title: TITLES[status] ?? "Error",
    status,
    code: refusal.code,
    detail: refusal.message,
    errors,
    request_id: requestId,
  };
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
    "x-should-retry": String(refusal.retry),
  });
  if (retryAfterS !== undefined) headers.set("retry-after", String(retryAfterS));
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(toJson(body), { status, headers });
}

/** A member of a request whose feature isn't there yet: null says what leaving it out says, and nothing else is promised. */
export const NotYet = z
  .null("isn't possible yet: leave it out, or send null")
  .optional()
  .meta({ description: "Not possible yet: null, or left out." });
