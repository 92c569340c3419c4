import type { IncomingMessage, ServerResponse } from "node:http";
import { answerControl } from "./control";
import { openExchange, sendJsonText, type Provider } from "./exchange";
import { openAi } from "./openai";
import { answerApi, answerPayPage } from "./stripe";
import type { World } from "./world";

// The same wire format under two names: OpenAI itself, and a relay that somebody runs.
const PROVIDERS = new Map<string, Provider>([openAi("openai"), openAi("openai-compatible")].map((it) => [it.id, it]));

async function route(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://sandbox");
  const [, room = "", rest = ""] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
  if (room === "healthz") return sendJsonText(response, 200, '{"status":"ok"}');
  const exchange = await openExchange(world, request, response, rest || "/", searchParams);
  if (room === "_sandbox") return answerControl(exchange);
  // Stripe's SDK is told a host, and no path.
  if (room === "v1") return answerApi(exchange);
  if (room === "pay") return answerPayPage(exchange);
  const provider = PROVIDERS.get(room);
  // A call keeps the world that it came into: one that a reset overtakes is written down nowhere.
  if (provider) return provider.answer({ ...exchange, world: { ...world } });
  sendJsonText(
    response,
    404,
    JSON.stringify({ error: `the sandbox has no ${room}: it has ${[...PROVIDERS.keys()].join(", ")}` }),
  );
}

/** Answer one call of a provider, of the controls, or of a health check. A defect of the sandbox is a 500 that says so. */
export async function answerRequest(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(world, request, response);
  } catch (error) {
    if (response.headersSent || request.destroyed) response.destroy();
    else sendJsonText(response, 500, JSON.stringify({ error: `the sandbox failed: ${String(error)}` }));
  }
}
