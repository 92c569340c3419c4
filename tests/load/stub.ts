import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** An upstream that answers at once and costs next to nothing, so that what stands before it is what is measured. */
export type Stub = {
  readonly port: number;
  /** How many streams it holds open. */
  held(): number;
  /** Ends the streams that it holds. */
  release(): void;
};

const HEAD_END = Buffer.from("\r\n\r\n");
const EVENT_EVERY_MS = 1_000;
const CHUNKS = 32;

const completion = { id: "chatcmpl-stub", created: 1_700_000_000, model: "gpt-4" };
const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
const words = " word".repeat(500);
const whole = JSON.stringify({
  ...completion,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: words }, logprobs: null, finish_reason: "stop" }],
  usage,
});
const event = (text: string): string => `data: ${text}\n\n`;
const chunk = (delta: object, finish: string | null = null): string =>
  event(
    JSON.stringify({
      ...completion,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: finish }],
    }),
  );
const content = chunk({ content: words.slice(0, words.length / CHUNKS) });
const ending = [
  chunk({}, "stop"),
  event(JSON.stringify({ ...completion, object: "chat.completion.chunk", choices: [], usage })),
  event("[DONE]"),
].join("");
const asChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const HEAD = "HTTP/1.1 200 OK\r\nx-request-id: req_stub\r\nopenai-organization: org-stub\r\n";
const WHOLE = Buffer.from(
  `${HEAD}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(whole)}\r\n\r\n${whole}`,
);
const FIRST = Buffer.from(
  `${HEAD}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${asChunk(chunk({ role: "assistant", content: "" }) + content)}`,
);
const NEXT = Buffer.from(asChunk(content));
const REST = Buffer.from(asChunk(content.repeat(CHUNKS - 1)) + asChunk(ending) + "0\r\n\r\n");
const LAST = Buffer.from(`${asChunk(ending)}0\r\n\r\n`);

/** Cuts a connection's bytes into requests; answers each body. */
function readRequests(socket: Socket, answer: (body: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    for (;;) {
      const end = pending.indexOf(HEAD_END);
      if (end < 0) return;
      const head = pending.toString("latin1", 0, end);
      const start = end + HEAD_END.length;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
      const isChunked = Number.isNaN(length);
      const stop = isChunked ? endOfChunks(pending, start) : start + length;
      if (stop < 0 || pending.length < stop) return;
      answer(pending.subarray(start, stop));
      pending = pending.subarray(stop);
    }
  });
}

/** Where a chunked body ends, or -1 while it hasn't. */
function endOfChunks(bytes: Buffer, start: number): number {
  const end = bytes.indexOf("0\r\n\r\n", start);
  return end < 0 ? -1 : end + 5;
}

/** Start a stub. A body with `"stream":true` is streamed; one that says "hold" is streamed until `release`. */
export async function startStub(): Promise<Stub> {
  const held = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined); // whoever is measured may close as it likes
    socket.on("close", () => held.delete(socket));
    readRequests(socket, (body) => {
      if (!body.includes('"stream":true')) return void socket.write(WHOLE);
      socket.write(FIRST);
      if (body.includes("hold")) held.add(socket);
      else setImmediate(() => socket.write(REST));
    });
  });
  setInterval(() => held.forEach((socket) => socket.write(NEXT)), EVENT_EVERY_MS).unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 8_192, resolve));
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    held: () => held.size,
    release() {
      for (const socket of held) socket.write(LAST);
      held.clear();
    },
  };
}
