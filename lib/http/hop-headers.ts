import type { IncomingHttpHeaders } from "node:http";
import { WEB_PORT_HEADER } from "./client-address";

// Source: RFC 9110 §7.6.1, and RFC 9113 §3.2.1 for what an offer of HTTP/2 carries.
const OF_ONE_CONNECTION = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What says where a message goes, where it ends and whom it came from can't be taken out of it by naming it. */
const KEPT = new Set(["connection", "content-length", "host", "transfer-encoding", "x-forwarded-for", WEB_PORT_HEADER]);

const namesIn = (connection: string | undefined): string[] =>
  (connection ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

/** Whether a header, by its name in lower case, belongs to one connection: no proxy passes it on. */
export const isHopHeader = (name: string): boolean => OF_ONE_CONNECTION.has(name);

/** The headers that go on to the next hop: not those of this connection, nor those that `connection` names. */
export function endToEndHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = namesIn(headers.connection);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isHopHeader(name) && !named.includes(name)));
}

/** Take off a request what its `connection` names: it was meant for this hop alone, so nothing may be read from it. */
export function dropNamedHeaders(headers: IncomingHttpHeaders): void {
  for (const name of namesIn(headers.connection)) if (!KEPT.has(name)) delete headers[name];
}
