import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answerRequest } from "./answer-request";
import type { DeliverySettings } from "./stripe/deliveries";
import { newWorld } from "./world";

export type Sandbox = { readonly url: string; readonly port: number; stop(): Promise<void> };

export type SandboxOptions = {
  port: number;
  /** Where Stripe's events go, and how. */
  webhook?: Partial<DeliverySettings>;
};

const LOOPBACK = "127.0.0.1";
/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Start a sandbox of its own keys, accounts and log on a loopback port.
 *
 * `port` 0 takes a free one. Errors: rejects where the port is taken.
 */
export async function startSandbox({ port, webhook }: SandboxOptions): Promise<Sandbox> {
  const world = newWorld(webhook);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    void answerRequest(world, request, response);
  });
  await listen(server, port);
  // A server that listens on TCP has an address with a port.
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${taken}`,
    port: taken,
    stop: () =>
      new Promise((resolve) => {
        world.stripe.deliveries.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
