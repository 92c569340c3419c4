import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { addressMatcher, WEB_PORT_HEADER } from "./addresses";

/**
 * Have a server listen; port 0 takes a free one. Gives the port, and the server's address as a URL.
 *
 * `backlog` is how many connections may wait to be taken; Node's own number without it. Errors: rejects where the port is
 * taken.
 */
export function listen(
  server: Server,
  { port, host, backlog }: { port: number; host: string; backlog?: number },
): Promise<{ port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog }, () => {
      server.off("error", reject);
      // A server that listens on TCP has an address with a port.
      const { port: taken } = server.address() as AddressInfo;
      resolve({ port: taken, url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}` });
    });
  });
}

/**
 * How much and how long a request is read on after it was answered: closing a connection with bytes unread would take the
 * reply back.
 */
const LINGER = { bytesMax: 32 * 1024 * 1024, ms: 10_000 } as const;
/** A rest of a request that is no longer than this is worth keeping the connection for. */
const SHORT_BYTES = 64 * 1024;

/** Whether a request that is about to be answered has much more to come, or nobody knows how much. */
export function isEarly({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > SHORT_BYTES;
}

/** Read and drop what still comes; resolves when all of it came, as much as is read on, or nobody sends any more. */
export function drain(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(end, LINGER.ms);
    function end(): void {
      clearTimeout(timer);
      request.pause();
      resolve();
    }
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LINGER.bytesMax) end();
    });
    request.once("end", end);
    request.once("close", end);
    request.resume();
    if (request.destroyed || request.readableEnded) end();
  });
}

/**
 * End a reply whose headers say `connection: close` and how long it is, while its request is still arriving: the client has
 * the whole reply at once, and the connection is closed when the request was read on for a while.
 */
export function endEarly(request: IncomingMessage, response: ServerResponse, last: string | Buffer): void {
  response.write(last);
  void drain(request).then(() => response.end());
}

/** How long the headers of a request may be, on every port. */
export const HEADER_BYTES_MAX = 32 * 1024;

/** How long a refused connection is read on: closing it with bytes unread would take the refusal back. */
const LINGER_MS = 1_000;
const UNREADABLE = ["400 Bad Request", "invalid_request", "The request is no HTTP that can be read."] as const;
const REFUSALS: Readonly<Record<string, readonly [string, string, string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "request_too_large", "The headers are too large."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["413 Payload Too Large", "request_too_large", "The chunk extensions are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "invalid_request", "The request took too long to arrive."],
};

/** A whole reply, in the error shape of the OpenAI protocol: which one the request was meant for isn't known. */
function refusal(code: string | undefined): string {
  const [status, errorCode, message] = REFUSALS[code ?? ""] ?? UNREADABLE;
  const body = JSON.stringify({ error: { message, type: "invalid_request_error", code: errorCode, param: null } });
  const headers = [
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "x-should-retry: false",
    "connection: close",
  ];
  return [`HTTP/1.1 ${status}`, ...headers, "", body].join("\r\n");
}

/** The reply that a connection carries at the moment, as Node itself keeps it. */
const replyOn = (socket: Duplex): ServerResponse | null =>
  (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage ?? null;

function answer({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writableEnded) return; // what comes after the refusal
  const reply = replyOn(socket);
  if (socket.writable && !reply) {
    socket.end(refusal(code));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    return;
  }
  // A reply that has begun can't be turned into another one; one that hasn't goes on only for who can hear it.
  if (socket.writable && !reply?.headersSent) socket.write(refusal(code));
  socket.destroy();
}

/**
 * Have a server refuse what it can't read (headers that are too large, no HTTP, too slow) with JSON that says not to try
 * again, and close the connection. Node's own answer has neither.
 */
export function refuseUnreadable(server: Server): void {
  server.on("clientError", answer);
}

const isLoopback = addressMatcher(["127.0.0.0/8", "::1"]);
/** What proxies add: a request with one of these comes from somewhere else, however near the proxy is. */
const TRACES_OF_PROXIES = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/** Whether two texts of headers are the same, in a time that tells nothing of where they differ. */
export const isSameSecret = (given: string, secret: string): boolean =>
  given.length === secret.length && timingSafeEqual(Buffer.from(given, "latin1"), Buffer.from(secret, "latin1"));

/** Whether somebody on this machine asks, and no proxy for somebody else. */
function isFromHere({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): boolean {
  return isLoopback(socket.remoteAddress ?? "") && TRACES_OF_PROXIES.every((name) => headers[name] === undefined);
}

/**
 * Whether a request may see what is for operators: with their token where one is set, else only from this machine.
 * Gives why not, or `null`.
 */
export function refuseOperatorAccess(
  request: Pick<IncomingMessage, "headers" | "socket">,
  token: string | null,
): "token_missing" | "not_here" | null {
  if (token === null) return isFromHere(request) ? null : "not_here";
  return isSameSecret(request.headers.authorization ?? "", `Bearer ${token}`) ? null : "token_missing";
}

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
