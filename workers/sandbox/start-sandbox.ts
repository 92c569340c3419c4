import { createServer } from "node:http";
import { listen } from "../../lib/http";
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
  const address = await listen(server, { port, host: LOOPBACK });
  return {
    ...address,
    stop: () =>
      new Promise((resolve) => {
        world.stripe.deliveries.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
