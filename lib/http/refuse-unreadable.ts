import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

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
