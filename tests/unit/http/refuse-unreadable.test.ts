import { createServer, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { refuseUnreadable } from "@/lib/http";

/** How long a server waits for a request that doesn't come to its end; the others have all the time of its defaults. */
const SHORT = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };

/** Everything that a server says on a connection to which these parts were sent, and `late` once it said something. */
async function said(parts: readonly string[], serve: RequestListener, late = "", limits = {}): Promise<string> {
  const server = createServer({ maxHeaderSize: 8_192, ...limits }, serve);
  refuseUnreadable(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await new Promise((resolve, reject) => {
      let text = "";
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.on("data", (chunk) => (text += chunk.toString("latin1")));
      socket.once("data", () => socket.write(late));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      for (const part of parts) socket.write(part);
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const HOST = "host: x\r\n";
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n`;
const silent: RequestListener = (request) => void request.resume();

test.each([
  ["headers over the limit", [`GET / HTTP/1.1\r\n${HOST}x-long: ${"a".repeat(2_000_000)}\r\n\r\n`], 431],
  ["what is no HTTP", ["HELLO\r\n\r\n"], 400],
  ["headers that don't come to their end", [`GET / HTTP/1.1\r\n${HOST}`], 408],
  ["a body that doesn't come to its end", [CHUNKED, "5\r\nhello\r\n"], 408],
  ["a body that is broken", [CHUNKED, "no size\r\n"], 400],
])("is refused with JSON that says not to try again: %s", async (_what, parts, status) => {
  const limits = status === 408 ? SHORT : {};
  const [head = "", body = ""] = (await said(parts, silent, "", limits)).split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\n`));
  expect(head).toContain("x-should-retry: false\r\nconnection: close");
  expect(head).toContain(`content-length: ${body.length}`);
  const error = { code: status === 431 ? "request_too_large" : "invalid_request", type: "invalid_request_error" };
  expect(JSON.parse(body)).toMatchObject({ error });
});

test("a reply that has begun is broken off, and nothing is put into it", async () => {
  const begun = await said([CHUNKED], (_request, response) => void response.write("half"), "no size\r\n");
  expect(begun).toMatch(/^HTTP\/1\.1 200 /);
  expect(begun).not.toContain("invalid_request");
});
