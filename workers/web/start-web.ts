import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ScripError } from "../../lib/errors";
import {
  addressMatcher,
  clientAddressReader,
  HEADER_BYTES_MAX,
  listen,
  refuseUnreadable,
  toProblem,
} from "../../lib/http";
import { newUuid, toPublicId } from "../../lib/ids";
import type { Log } from "../../lib/log";
import { nowMs } from "../../lib/time";
import { isGatewayPath, openGatewayPipe } from "./pipe-to-gateway";
import { watchForProxy } from "./unnamed-proxy";

export type WebOptions = {
  port: number;
  host: string;
  /** The one origin of the app's cookies. */
  appUrl: string;
  gatewayOrigin: string;
  /** What the gateway knows the web port by. */
  webPortSecret?: string | undefined;
  trustedProxies: readonly string[];
  log: Log;
  /** Answers what isn't the gateway's: Next's request handler. */
  serveApp: RequestListener;
  /** Next's development server talks to the browser over a web socket; without this no offer of an upgrade is taken. */
  upgradeApp?: UpgradeListener;
};
type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
export type WebServer = { readonly url: string; stop(): Promise<void> };

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const DRAIN_LIMIT_MS = 20_000;

/**
 * The web port: paths of AI protocols go to the gateway, `/healthz` is answered here, the rest is the app's.
 *
 * The app is told the client's address in `x-forwarded-for` as it is believed here, and sees no other claim of it.
 */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const addressOf = clientAddressReader(options.trustedProxies);
  const isProxy = addressMatcher(options.trustedProxies);
  const noteOrigin = watchForProxy(options.log);
  const gateway = openGatewayPipe({
    origin: options.gatewayOrigin,
    addressOf,
    secret: options.webPortSecret,
    log: options.log,
  });

  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    const path = request.url ?? "/";
    const remote = request.socket.remoteAddress ?? "";
    if (path === "/healthz") return void response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
    if (!isProxy(remote)) noteOrigin(remote, request.headers["x-forwarded-for"]);
    if (isGatewayPath(path)) return gateway.pass(request, response);
    if (request.method === "TRACE") return void refuseTrace(response);
    const elsewhere = otherLoopbackName(request, options.appUrl);
    if (elsewhere) return void response.writeHead(307, { location: elsewhere }).end();
    if (!isProxy(remote)) dropClaims(request);
    request.headers["x-forwarded-for"] = addressOf(remote, request.headers["x-forwarded-for"]);
    return options.serveApp(request, response as ServerResponse & { req: IncomingMessage });
  });
  refuseUnreadable(server);
  takeUpgrades(server, options.upgradeApp);

  const { url } = await listen(server, options);
  return {
    url,
    async stop() {
      await drain(server);
      gateway.close();
    },
  };
}

/** What Next's development server opens web sockets at. */
const DEVELOPMENT_SOCKETS = "/_next/";

/**
 * Who takes offers of an upgrade: Next's development server those of its own pages, and nobody any other. Without a
 * listener Node answers as if nothing had been offered; with one that does nothing the connection would stay open for ever.
 *
 * Next adds a listener to the server of the first request that it serves, in production too: it doesn't stay.
 */
function takeUpgrades(server: Server, upgradeApp: UpgradeListener | undefined): void {
  const take: UpgradeListener = (request, socket, head) => {
    if (request.url?.startsWith(DEVELOPMENT_SOCKETS)) upgradeApp?.(request, socket, head);
    else serveWithoutUpgrade(server, request, socket, head);
  };
  server.on("newListener", (event, listener: UpgradeListener) => {
    if (event === "upgrade" && listener !== take) queueMicrotask(() => server.off("upgrade", listener));
  });
  if (upgradeApp) server.on("upgrade", take);
}

/** Have the server read a request again as if it had offered no upgrade. */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !/^(upgrade|connection)$/i.test(name) ? [`${name}: ${rawHeaders[index + 1]}`] : [],
  );
  socket.unshift(
    Buffer.concat([Buffer.from([`${method} ${url} HTTP/1.1`, ...lines, "", ""].join("\r\n"), "latin1"), head]),
  );
  server.emit("connection", socket);
}

/** The app can't even be asked: no `Request` may have this method, which no page or call knows. */
async function refuseTrace(response: ServerResponse): Promise<void> {
  const refusal = new ScripError("invalid_request", "Nothing here answers TRACE.", { status: 405 });
  const problem = toProblem(refusal, toPublicId("request", newUuid(nowMs())));
  const allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  response.writeHead(problem.status, { ...Object.fromEntries(problem.headers), allow }).end(await problem.text());
}

/** What a client may not say of itself: only a trusted proxy may. */
function dropClaims(request: IncomingMessage): void {
  for (const name of ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"]) delete request.headers[name];
}

/**
 * Where a page belongs that was asked for by another name of this machine: cookies and the check of `Origin` hold for
 * one name only.
 */
function otherLoopbackName(request: IncomingMessage, appUrl: string): string | null {
  const app = new URL(appUrl);
  const host = request.headers.host ?? app.host;
  const isPage = request.method === "GET" && String(request.headers.accept).includes("text/html");
  if (!isPage || host === app.host || !LOOPBACK.test(app.hostname)) return null;
  const asked = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : app;
  return LOOPBACK.test(asked.hostname) && asked.port === app.port ? `${app.origin}${request.url ?? "/"}` : null;
}

/** Take no new connections, let open replies end, and cut what lasts longer than that. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_LIMIT_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
