import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { nowMs } from "../../lib/time";
import type { SandboxState } from "./state";

/** One call as it reaches a provider: read to its end, not yet answered. */
export type RequestContext = {
  readonly state: SandboxState;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path below the provider's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly startedMs: number;
  /** The provider's own id of the call. */
  readonly id: string;
};

/** One provider's half of the sandbox. */
export type Provider = { readonly id: string; answer(context: RequestContext): Promise<void> };

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** The whole body. Errors: rejects where the caller disconnects, or sends more than any provider takes. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    // A request without an encoding set yields buffers.
    const buffer = part as Buffer;
    bytes += buffer.length;
    if (bytes > BODY_BYTES_MAX) throw new Error("the body is too large");
    parts.push(buffer);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** Read a request to its end. */
export async function readRequest(
  state: SandboxState,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
): Promise<RequestContext> {
  const startedMs = nowMs();
  const body = await readBody(request);
  return { state, request, response, path, query, body, startedMs, id: `req_${randomBytes(16).toString("hex")}` };
}

/** The value of a header that comes once. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The caller's id of the call where it sent one, else the provider's own. */
export function requestIdOf({ request, id }: RequestContext): string {
  return headerOf(request, "x-request-id") ?? headerOf(request, "x-client-request-id") ?? id;
}

/** SHA-256 of a body, by which a test sees that its bytes arrived unchanged. */
export const digestOf = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** Answer with a whole body of a type. */
export function sendBody(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** Answer with JSON that is already text. */
export function sendJsonText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  sendBody(response, status, "application/json", text, headers);
}
