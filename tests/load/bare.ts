import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { CONNECTION_OPTIONS } from "../../lib/http";
import { LIMITS } from "../../workers/gateway/limits";

// The gateway's server and client with its pool's size and keep-alive, and nothing else: no body is read.
const upstream = new Pool(process.argv[2] ?? "", CONNECTION_OPTIONS);

const server = createServer({ keepAliveTimeout: LIMITS.keepAliveMs }, (request, response) => {
  const { authorization = "", "content-length": length = "" } = request.headers;
  const headers = { authorization, "content-type": "application/json", "content-length": length };
  upstream
    .stream({ path: request.url ?? "/", method: "POST", headers, body: request, opaque: response }, (reply) => {
      response.writeHead(reply.statusCode, reply.headers);
      return response;
    })
    .catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`{"url":"http://127.0.0.1:${port}"}\n`);
});
process.stdin.once("close", () => process.exit(0)).resume();
