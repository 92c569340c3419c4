import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { listen } from "../../lib/http";
import { answerControl } from "./controls";
import { type Provider, readRequest, sendJsonText } from "./http";
import { openAi } from "./openai";
import { type SandboxState, newState } from "./state";
import { answerApi, answerPayPage } from "./stripe";
import type { DeliverySettings } from "./stripe/webhooks";

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
  const state = newState(webhook);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    void answerRequest(state, request, response);
  });
  const address = await listen(server, { port, host: LOOPBACK });
  return {
    ...address,
    stop: () =>
      new Promise((resolve) => {
        state.stripe.deliveries.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// The same wire format under two names: OpenAI itself, and a relay that somebody runs.
const PROVIDERS = new Map<string, Provider>([openAi("openai"), openAi("openai-compatible")].map((it) => [it.id, it]));

async function route(state: SandboxState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://sandbox");
  const [, prefix = "", rest = ""] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
  if (prefix === "healthz") return sendJsonText(response, 200, '{"status":"ok"}');
  const context = await readRequest(state, request, response, rest || "/", searchParams);
  if (prefix === "_sandbox") return answerControl(context);
  // Stripe's SDK takes a host, and no path.
  if (prefix === "v1") return answerApi(context);
  if (prefix === "pay") return answerPayPage(context);
  const provider = PROVIDERS.get(prefix);
  // A call keeps the state that it came into: one that a reset overtakes is logged nowhere.
  if (provider) return provider.answer({ ...context, state: { ...state } });
  sendJsonText(
    response,
    404,
    JSON.stringify({ error: `the sandbox has no ${prefix}: it has ${[...PROVIDERS.keys()].join(", ")}` }),
  );
}

/** Answer one call of a provider, of the controls, or of a health check. A defect of the sandbox is a 500 that says so. */
async function answerRequest(state: SandboxState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(state, request, response);
  } catch (error) {
    if (response.headersSent || request.destroyed) response.destroy();
    else sendJsonText(response, 500, JSON.stringify({ error: `the sandbox failed: ${String(error)}` }));
  }
}
