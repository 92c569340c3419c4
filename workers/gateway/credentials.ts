import type { RequestContext } from "./request-context";

/** The key that a request shows, wherever its protocol puts it; null where there is none. */
export function readSecret({ headers, request }: Pick<RequestContext, "headers" | "request">): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers["authorization"] ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const named = headers["x-api-key"] ?? headers["x-goog-api-key"];
  if (named !== undefined) return named.trim();
  const query = (request.url ?? "").split("?", 2)[1];
  return query === undefined ? null : new URLSearchParams(query).get("key");
}
