import { createServer as createTcpServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, FINISHED, reporting, saying, usageOf } from "../../support/a-supplier";

const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], ...more });
const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
const WHOLE = JSON.stringify({ object: "chat.completion", choices, usage: usageOf(1_000, 500) });

describe("an answer that is encoded although it was asked not to be", () => {
  const supplier = aSupplier();
  const gateway = aGateway({ supplier: supplier.url });
  const encodings = [
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ] as const;

  it.each(encodings)("is read whole (%s)", async (encoding, encode) => {
    const caller = await gateway.caller();
    supplier.play(
      (response) =>
        void response
          .writeHead(200, { "content-type": "application/json", "content-encoding": encoding })
          .end(encode(Buffer.from(WHOLE))),
    );
    const answer = await gateway.post(caller.secret, ask());
    expect([answer.status, answer.text.includes("Hello"), answer.headers.get("content-encoding")]).toEqual([
      200,
      true,
      null,
    ]);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });

  it.each(encodings)("is read as a stream, however its bytes are cut (%s)", async (encoding, encode) => {
    const caller = await gateway.caller();
    const text = saying("Hel") + saying("lo".repeat(5_000)) + FINISHED + reporting(1_000, 500);
    supplier.play(async (response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": encoding });
      const bytes = encode(Buffer.from(text));
      for (let at = 0; at < bytes.length; at += 40) {
        response.write(bytes.subarray(at, at + 40));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const answer = await gateway.post(caller.secret, ask({ stream: true }));
    expect([answer.status, answer.text.includes("lololo"), answer.text.includes("[DONE]")]).toEqual([200, true, true]);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });

  it("tells the caller why its request was refused", async () => {
    const caller = await gateway.caller();
    const error = { message: "Too long", type: "invalid_request_error", code: "context_length_exceeded" };
    supplier.play(
      (response) =>
        void response
          .writeHead(400, { "content-type": "application/json", "content-encoding": "gzip" })
          .end(gzipSync(JSON.stringify({ error }))),
    );
    const answer = await gateway.post(caller.secret, ask());
    expect([answer.status, answer.json.error?.["code"]]).toEqual([400, error.code]);
  });

  it("is a failure where it can't be decoded, and nothing is charged", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    supplier.play(
      (response) =>
        void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(WHOLE),
    );
    expect((await gateway.post(caller.secret, ask())).status).toBe(502);
    expect(await gateway.spent(caller)).toBe(0n);
  });
});

describe("a kept connection that the supplier closed meanwhile", () => {
  let server: Server;
  let connections = 0;
  /** Serves so many requests on a connection, and resets it at the next. */
  let servesEach = 1;
  beforeAll(async () => {
    server = createTcpServer((socket) => {
      connections += 1;
      let [served, received] = [0, ""];
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        received += data.toString("latin1");
        const head = received.indexOf("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (head < 0 || received.length < head + 4 + length) return;
        received = "";
        served += 1;
        if (served > servesEach) return void socket.resetAndDestroy();
        const headers = `content-type: application/json\r\ncontent-length: ${WHOLE.length}`;
        socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${WHOLE}`);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void server.close());
  const gateway = aGateway({ supplier: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });

  it("is tried again once on a fresh one, and charged once", async () => {
    const caller = await gateway.caller();
    for (let n = 0; n < 4; n++) expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect(await gateway.spent(caller)).toBe(32n * CREDIT);
    expect((await gateway.records(caller)).map(({ attempts }) => attempts.length)).toEqual([1, 1, 1, 1]);
  });

  it("isn't tried again where the connection was fresh", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    servesEach = 0;
    // The connection that is kept from before is used up first.
    await gateway.post(caller.secret, ask());
    connections = 0;
    expect((await gateway.post(caller.secret, ask())).status).toBe(502);
    expect(connections).toBe(1);
    expect(await gateway.spent(caller)).toBe(0n);
  });
});
