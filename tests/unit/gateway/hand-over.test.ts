import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { RequestContext } from "../../../workers/gateway/request-context";

const LARGE = Buffer.alloc(64 * 1024 * 1024, "x");

describe("a finished reply", () => {
  it("is handed over to a caller who takes it, and cut off where nobody does in time", async () => {
    const server = createServer((request, response) => {
      const isShort = request.url === "/short";
      new RequestContext(request, response, 200).send(200, {}, isShort ? "hello" : LARGE);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      expect(await (await fetch(`http://127.0.0.1:${port}/short`)).text()).toBe("hello");
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      const [[, response]] = await Promise.all([
        once(server, "request"),
        once(socket, "connect").then(() => socket.write("GET /long HTTP/1.1\r\nhost: x\r\n\r\n")),
      ]);
      await once(response, "close");
      let received = 0;
      socket.on("data", (part) => (received += part.length));
      await once(socket, "close");
      expect(received).toBeLessThan(LARGE.length);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
