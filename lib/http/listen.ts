import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Have a server listen; port 0 takes a free one. Gives the port, and the server's address as a URL.
 *
 * `backlog` is how many connections may wait to be taken; Node's own number without it. Errors: rejects where the port is
 * taken.
 */
export function listen(
  server: Server,
  { port, host, backlog }: { port: number; host: string; backlog?: number },
): Promise<{ port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog }, () => {
      server.off("error", reject);
      // A server that listens on TCP has an address with a port.
      const { port: taken } = server.address() as AddressInfo;
      resolve({ port: taken, url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}` });
    });
  });
}
