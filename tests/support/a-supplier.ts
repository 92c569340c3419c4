import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** The body that a supplier got, and what answers it. */
type Play = (response: ServerResponse, body: Record<string, unknown>) => void | Promise<void>;

const PART = { id: "chatcmpl-1", created: 1, model: "gpt-4" };

/** One event of a stream. */
export const chunk = (more: object): string =>
  `data: ${JSON.stringify({ ...PART, object: "chat.completion.chunk", ...more })}\n\n`;
export const saying = (content: string): string => chunk({ choices: [{ index: 0, delta: { content } }] });
export const FINISHED = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
export const usageOf = (input: number, output: number): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});
/** The usage event and the terminator. */
export const reportingWith = (usage: object): string => `${chunk({ choices: [], usage })}data: [DONE]\n\n`;
export const reporting = (input: number, output: number): string => reportingWith(usageOf(input, output));

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A supplier of the test file's own, which does what no sandbox has a fault for. Set `play` before each request. */
export function aSupplier() {
  let play: Play = (response) => sendJson(response, 500, {});
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      // Whoever calls is the gateway, which sends an object.
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
      void play(response, body);
    });
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    play: (next: Play): void => {
      play = next;
    },
  };
}
