import { ScripError } from "../../lib/errors";
import { refuseOperatorAccess } from "../../lib/http";
import { nowMs } from "../../lib/time";
import { requireUsable } from "./admit";
import type { Caller } from "./callers";
import { readSecret } from "./credentials";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import { sendModel, sendModels } from "./list-models";
import { openAiChat } from "./protocols/openai";
import { sendRefusal } from "./refusals";
import { serveGeneration } from "./pipeline";
import { sendCredits } from "./show-credits";

type Serve = (gateway: Gateway, context: RequestContext, rest: string) => Promise<void> | void;
type Route = { method: string; path: string; isPrefix?: boolean; serve: Serve };

/** A call of an account that only needs to be somebody's. */
const asCaller =
  (serve: (gateway: Gateway, context: RequestContext, caller: Caller, rest: string) => Promise<void> | void): Serve =>
  async (gateway, context, rest) => {
    const caller = await gateway.callers.authenticate(readSecret(context));
    if (caller.user.suspendedMs !== null)
      throw new ScripError("account_suspended", "The account is suspended. Write to support.");
    requireUsable(gateway, context, caller);
    await serve(gateway, context, caller, rest);
  };

const ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/chat/completions",
    serve: (gateway, context) => serveGeneration(gateway, openAiChat, context),
  },
  { method: "GET", path: "/v1/models", serve: asCaller(sendModels) },
  { method: "GET", path: "/v1/models/", isPrefix: true, serve: asCaller(sendModel) },
  { method: "GET", path: "/v1/credits", serve: asCaller(sendCredits) },
  { method: "GET", path: "/healthz", serve: (_gateway, context) => context.sendJson(200, '{"status":"ok"}') },
  { method: "GET", path: "/readyz", serve: sendReadiness },
  { method: "GET", path: "/metrics", serve: sendMetrics },
];

function sendReadiness({ config }: Gateway, context: RequestContext): void {
  const isReady = config.isFresh();
  context.sendJson(isReady ? 200 : 503, JSON.stringify({ status: isReady ? "ready" : "the database can't be read" }));
}

async function sendMetrics({ metrics, metricsToken }: Gateway, context: RequestContext): Promise<void> {
  const refusal = refuseOperatorAccess(context.request, metricsToken);
  if (refusal === "token_missing") throw new ScripError("unauthenticated", "Send the metrics token as a bearer token.");
  if (refusal) {
    throw new ScripError(
      "forbidden",
      "Metrics are shown on this machine alone. Set METRICS_TOKEN to read them elsewhere.",
    );
  }
  context.send(200, { "content-type": metrics.registry.contentType }, await metrics.registry.metrics());
}

function find(method: string, path: string): { route: Route; rest: string } | null {
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    if (path === route.path) return { route, rest: "" };
    if (route.isPrefix && path.startsWith(route.path)) return { route, rest: path.slice(route.path.length) };
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // names nothing, which is what the reply will say
  }
}

/** Answer one request, whatever it is. Never throws. */
export async function routeRequest(gateway: Gateway, context: RequestContext): Promise<void> {
  const { request, response } = context;
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const protocol = path.startsWith("/v1/") ? openAiChat.name : "own";
  response.once("close", () => {
    gateway.metrics.request(protocol, response.statusCode);
    const { publicId } = context;
    gateway.log.debug(
      { request: publicId, path, status: response.statusCode, latencyMs: context.elapsedMs() },
      "answered",
    );
    gateway.traces?.answered({
      publicId,
      method: request.method ?? "GET",
      path,
      status: response.statusCode,
      startMs: context.arrivedMs,
      endMs: nowMs(),
      model: context.model,
      tries: context.tries,
      traceParent: context.headers["traceparent"],
    });
  });
  try {
    const found = find(request.method ?? "GET", path);
    if (!found) throw new ScripError("not_found", `There is no ${request.method} ${path.slice(0, 100)} here.`);
    await found.route.serve(gateway, context, decode(found.rest));
  } catch (error) {
    sendRefusal(context, openAiChat.error, error, gateway.log);
  }
}
