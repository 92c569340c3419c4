import { Agent, request as send, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { drain, endToEndHeaders, isEarly, WEB_PORT_HEADER, type ClientAddress } from "../../lib/http";
import type { Log } from "../../lib/log";

/** Paths of AI protocols: they are the gateway's, streams included. */
const AI_PATH = /^\/(v1|v1beta|kling|runwayml|pika)(\/|\?|$)/;
/** Where clients whose base URL isn't quite right end up: the gateway tells them which is. */
const MISPLACED_PATH =
  /^(?:\/api)?(?:\/v1)?\/{1,2}(?:chat\/completions|completions|responses|embeddings|messages|images\/generations|audio\/(?:speech|transcriptions))\/?(?:\?|$)/;

const CONNECT_LIMIT_MS = 5_000;

/** Whether a path belongs to the gateway. */
export const isGatewayPath = (path: string): boolean => AI_PATH.test(path) || MISPLACED_PATH.test(path);

export type GatewayPipeOptions = {
  /** Where the gateway is. */
  origin: string;
  addressOf: ClientAddress;
  /** What the gateway knows us by. */
  secret?: string | undefined;
  log: Log;
};

/** Passes requests of AI protocols on to the gateway, and its replies back, byte by byte. */
export type GatewayPipe = {
  pass(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
};

/**
 * A pipe to the gateway.
 *
 * Bodies stream both ways with back-pressure; a client that leaves aborts the gateway's request; a gateway that can't be
 * reached is a 503 in the error shape of the OpenAI protocol.
 */
export function openGatewayPipe({ origin, addressOf, secret, log }: GatewayPipeOptions): GatewayPipe {
  const { hostname, port } = new URL(origin);
  // A connection a request: one that the gateway closes while idle would lose a body that can't be sent again.
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  return {
    pass(request, response) {
      const headers: OutgoingHttpHeaders = endToEndHeaders(request.headers);
      headers["x-forwarded-for"] = addressOf(request.socket.remoteAddress, request.headers["x-forwarded-for"]);
      delete headers[WEB_PORT_HEADER];
      if (secret !== undefined) headers[WEB_PORT_HEADER] = secret;
      const upstream = send({ agent, hostname, port, method: request.method, path: request.url, headers });
      let state: "connecting" | "sending" | "answered" = "connecting";
      const connecting = setTimeout(() => upstream.destroy(new Error("no connection in time")), CONNECT_LIMIT_MS);
      upstream.once("socket", (socket) => {
        socket.setNoDelay(true);
        socket.once("connect", () => {
          state = "sending";
          clearTimeout(connecting);
        });
      });
      upstream.once("response", (reply) => {
        state = "answered";
        void answer(request, reply, response);
      });
      upstream.on("error", (error) => {
        clearTimeout(connecting);
        // Once there is a reply, its own end tells whether it is whole.
        if (state === "answered" || response.destroyed) return;
        log.error({ error }, "the gateway didn't answer");
        refuse(response, state === "connecting");
      });
      response.once("close", () => upstream.destroy());
      // The gateway may have an answer to the headers of a large request, which don't wait for the first of its body.
      if (isEarly(request)) upstream.flushHeaders();
      request.pipe(upstream);
    },
    close: () => agent.destroy(),
  };
}

/**
 * The reply as it is. Where it breaks off the client's connection does too, so that nobody takes it for whole. One that comes
 * before the request is whole is a refusal: the rest of it goes nowhere, and its connection is closed after a while.
 */
async function answer(request: IncomingMessage, reply: IncomingMessage, response: ServerResponse): Promise<void> {
  const isRefusal = isEarly(request);
  const headers = { ...endToEndHeaders(reply.headers), ...(isRefusal && { connection: "close" }) };
  response.writeHead(reply.statusCode ?? 502, reply.statusMessage, headers);
  // The headers of a stream don't wait for its first event.
  response.flushHeaders();
  try {
    await pipeline(reply, response, { end: !isRefusal });
    if (!isRefusal) return;
    request.unpipe();
    await drain(request);
    response.end();
  } catch {
    response.destroy();
  }
}

/** A 503 that says whether to try again: only where the gateway can't have seen the request. */
function refuse(response: ServerResponse, isUnseen: boolean): void {
  const message = isUnseen
    ? "The gateway can't be reached at the moment. Try again in a few seconds."
    : "The gateway broke off before it answered. Look at your usage before you send the request again.";
  const body = JSON.stringify({ error: { message, type: "api_error", param: null, code: "unavailable" } });
  response.writeHead(503, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-should-retry": String(isUnseen),
    ...(isUnseen ? { "retry-after": "2" } : {}),
  });
  response.end(body);
}
