import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** Names of this machine, as a URL may write them; what listens here would be connected to by each. */
export const PRIVATE_HOSTS = [
  "localhost",
  "127.0.0.1",
  "127.1",
  "0x7f000001",
  "2130706433",
  "0.0.0.0",
  "[::1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
] as const;

/** A server on this machine, at each of its addresses, that counts the connections made to it. */
export function aListener(answer: RequestListener = (_request, response) => void response.end("{}")) {
  const server = createServer((request, response) => answer(request, response));
  let connections = 0;
  server.on("connection", () => connections++);
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (): number => (server.address() as AddressInfo).port,
    connections: (): number => connections,
  };
}
