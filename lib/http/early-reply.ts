import type { IncomingMessage, ServerResponse } from "node:http";

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
