import { ScripError } from "../../lib/errors";
import { refuseOperatorAccess, toJson } from "../../lib/http";
import { nowMs } from "../../lib/time";
import { requireUsable } from "./admit";
import { type Caller, readSecret } from "./authenticate";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import { sendRefusal } from "./refusals";
import { serveGeneration } from "./pipeline";
import { costCardAt, type ModelWithCards, priceCardAt } from "../../lib/catalog";
import type { Protocol } from "./protocol";
import { isSpoken } from "../../lib/pool";
import { balanceJson, readBalance } from "../../lib/ledger";
import { DEFAULT_PROTOCOL, protocolOfPath, PROTOCOLS } from "./protocols";

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

const mayUse = ({ key }: Caller, id: string): boolean => key.models.length === 0 || key.models.includes(id);

/** Whether a model can be served to a caller now, or after a wait for a key that cools down. */
function isAvailable(gateway: Gateway, { key }: Caller, model: ModelWithCards, nowMs: number): boolean {
  const { provider, id: modelId } = model;
  const isCosted = costCardAt(model, nowMs) !== null;
  const needs = { provider, modelId, channels: key.channels, isCosted, avoidsRelays: false };
  const isOn = !gateway.config.settings().switches.providers_off.includes(provider);
  return isOn && isSpoken(model) && gateway.pool.canServe(needs);
}

type Shown = { body: object; isAvailable: boolean };

/** A model in a protocol's form; null where it has no price and so can't be called. */
function show(
  gateway: Gateway,
  caller: Caller,
  protocol: Protocol,
  model: ModelWithCards,
  nowMs: number,
): Shown | null {
  const price = priceCardAt(model, nowMs);
  if (!price || !model.enabled) return null;
  const available = isAvailable(gateway, caller, model, nowMs);
  return { body: protocol.models.one(model, price, available), isAvailable: available };
}

/** The models that the calling key may use, from memory: those that can be served now come first. */
function sendModels(gateway: Gateway, context: RequestContext, caller: Caller, protocol: Protocol): void {
  const models = [...gateway.config.catalogue().models.values()]
    .filter(({ id }) => mayUse(caller, id))
    .flatMap((model) => show(gateway, caller, protocol, model, context.arrivedMs) ?? [])
    .toSorted((one, other) => Number(other.isAvailable) - Number(one.isAvailable));
  context.sendJson(200, toJson(protocol.models.list(models.map(({ body }) => body))));
}

/** One of them. Errors: `ScripError` model_not_found. */
function sendModel(gateway: Gateway, context: RequestContext, caller: Caller, protocol: Protocol, id: string): void {
  const model = mayUse(caller, id) ? gateway.config.catalogue().models.get(id) : undefined;
  const shown = model && show(gateway, caller, protocol, model, context.arrivedMs);
  if (!shown)
    throw new ScripError("model_not_found", `The model '${id.slice(0, 100)}' doesn't exist.`, { param: "model" });
  context.sendJson(200, toJson(shown.body));
}

/**
 * `GET /v1/credits`: the balance of the calling key's account, as `GET /api/v1/balance` shows it.
 *
 * Errors: `ScripError` unavailable where the database can't be read.
 */
async function sendCredits({ database }: Gateway, context: RequestContext, caller: Caller): Promise<void> {
  const balance = await readBalance(database.reader, caller.user.walletId).catch((cause: unknown) => {
    throw new ScripError("unavailable", "The balance can't be read at the moment. Try again shortly.", {
      retryAfterS: 2,
      cause,
    });
  });
  context.sendJson(200, toJson(balanceJson(balance, context.arrivedMs)));
}

/** What a protocol answers: its requests, and the list of models at `models` below its prefix. */
const routesOf = (protocol: Protocol): Route[] => [
  ...protocol.routes.map((path): Route => ({
    method: "POST",
    path,
    serve: (gateway, context) => serveGeneration(gateway, protocol, context),
  })),
  {
    method: "GET",
    path: `${protocol.prefix}models`,
    serve: asCaller((gateway, context, caller) => sendModels(gateway, context, caller, protocol)),
  },
  {
    method: "GET",
    path: `${protocol.prefix}models/`,
    isPrefix: true,
    serve: asCaller((gateway, context, caller, id) => sendModel(gateway, context, caller, protocol, id)),
  },
];

const ROUTES: readonly Route[] = [
  ...PROTOCOLS.flatMap(routesOf),
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

const PREFLIGHT_S = 7_200;
/** Headers of ours that a page may read. */
const EXPOSED = [
  "x-request-id",
  "x-scrip-credits",
  "x-scrip-max-tokens",
  "x-should-retry",
  "retry-after",
  "idempotent-replayed",
  ...["requests", "tokens"].flatMap((what) =>
    ["limit", "remaining", "reset"].map((part) => `x-ratelimit-${part}-${what}`),
  ),
].join(", ");

/**
 * Let pages of any origin call a protocol's paths with a key of theirs. Without `access-control-allow-credentials` a browser
 * sends no cookie along, and none is read here.
 */
function allowOrigins({ headers, response }: RequestContext): void {
  if (headers["origin"] === undefined) return;
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", EXPOSED);
}

/** The names of headers that a browser asks for, and `authorization`. */
const namesIn = (asked = ""): Set<string> =>
  new Set(
    ["authorization", ...asked.split(",").map((name) => name.trim().toLowerCase())].filter((name) =>
      /^[\w-]+$/.test(name),
    ),
  );

/** Answer what a browser asks before it sends a request, or anybody who asks what may be sent to a path. */
function sendOptions({ headers, replyHeaders, response }: RequestContext, methods: readonly string[]): void {
  const allowed = [...methods, "OPTIONS"].join(", ");
  response.writeHead(204, {
    ...replyHeaders,
    allow: allowed,
    ...(headers["origin"] !== undefined && {
      "access-control-allow-methods": allowed,
      // Clients send headers of their own; a wildcard wouldn't cover `authorization`.
      "access-control-allow-headers": [...namesIn(headers["access-control-request-headers"])].join(", "),
      "access-control-max-age": String(PREFLIGHT_S),
    }),
  });
  response.end();
}

/** The methods that a path answers; none for one that isn't there. */
const methodsOf = (path: string): string[] => ["GET", "HEAD", "POST"].filter((method) => find(method, path) !== null);

/** The route of a path. HEAD is answered as GET; Node leaves the body out. */
function find(method: string, path: string): { route: Route; rest: string } | null {
  const wanted = method === "HEAD" ? "GET" : method;
  for (const route of ROUTES) {
    if (route.method !== wanted) continue;
    if (path === route.path) return { route, rest: "" };
    if (route.isPrefix && path.startsWith(route.path)) return { route, rest: path.slice(route.path.length) };
  }
  return null;
}

/** What an OpenAI client adds to its base URL. */
const CLIENT_PATH =
  /\/(?:chat\/completions|completions|responses|embeddings|messages|models|images\/generations|audio\/(?:speech|transcriptions))\/?$/;

/** The path here of what a client asks for behind another base URL; null where it isn't that. */
function misplacedPath(path: string): string | null {
  const [asked] = CLIENT_PATH.exec(path) ?? [];
  const right = asked === undefined ? null : `/v1${asked.replace(/\/$/, "")}`;
  return right !== null && right !== path && methodsOf(path).length === 0 && methodsOf(right).length > 0 ? right : null;
}

/** The refusal of a path that isn't there: with the base URL to use where a client's own path stands behind another. */
function noSuchPath({ clientBaseUrl }: Gateway, method: string, path: string): ScripError {
  const nothing = `There is no ${method} ${path.slice(0, 100)} here.`;
  const others = methodsOf(path);
  if (others.length > 0) {
    return new ScripError("not_found", `${nothing} It is called by ${others.join(" or ")}.`);
  }
  if (!CLIENT_PATH.test(path)) return new ScripError("not_found", nothing);
  const hint = misplacedPath(path)
    ? `Set the client's base URL to ${clientBaseUrl}; it adds the path itself.`
    : "It isn't served yet: POST /v1/chat/completions is.";
  return new ScripError("not_found", `${nothing} ${hint}`);
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
  const protocol = protocolOfPath(path);
  response.once("close", () => {
    gateway.metrics.request(protocol?.name ?? "own", response.statusCode);
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
    const misplaced = misplacedPath(path);
    // A browser shows what is wrong with a client's base URL only where it may read it.
    if (protocol || misplaced !== null) allowOrigins(context);
    const methods = request.method === "OPTIONS" ? methodsOf(misplaced ?? path) : [];
    if (methods.length > 0) return sendOptions(context, methods);
    const found = find(request.method ?? "GET", path);
    if (!found) throw noSuchPath(gateway, request.method ?? "GET", path);
    await found.route.serve(gateway, context, decode(found.rest));
  } catch (error) {
    const { error: shape } = protocol ?? DEFAULT_PROTOCOL;
    sendRefusal(context, shape, error, gateway.log);
  }
}
