import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { grantApplicationRole } from "@/lib/db/grants";
import { systemCtx } from "@/lib/ctx";
import { type Database, openDatabase } from "@/lib/db";
import { openStripe } from "@/lib/payments";
import { migrateQueue } from "@/lib/queue";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { useVault } from "@/lib/vault";
import type { ApiCall } from "@/app/api/v1/_document/calls";
import { startGateway } from "../../workers/gateway/start-gateway";
import { startJobs } from "../../workers/jobs/start-jobs";
import { startSandbox } from "../../workers/sandbox/server";
import { aPerson, openApi, type Person } from "./api";
import { aLog } from "./log";
import { type PgBouncer, startPgBouncer } from "./pgbouncer";
import { useStripeOf, WEBHOOK_SECRET } from "./shop";

const CONNECTIONS = 5;

/** Where everything of one process answers, and what it logged. */
export type Whole = {
  web: string;
  gateway: string;
  sandbox: string;
  admin: Person;
  database: Database;
  /** Every line that gateway and jobs logged. */
  logged(): string;
  close(): Promise<void>;
};

/** The parameters of a path by its template; null where it isn't one of these. */
function paramsOf(template: string, path: string): Record<string, string> | null {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const found = new RegExp(`^/api/v1${template.replaceAll(/\{\w+\}/g, "([^/]+)")}$`).exec(path);
  return found && Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""]));
}

async function answer(calls: readonly ApiCall[], request: IncomingMessage): Promise<Response> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const body = await buffer(request);
  for (const { path, method, route } of calls) {
    const params = request.method === method ? paramsOf(path, url.pathname) : null;
    if (!params) continue;
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    return route(new Request(url, { method, headers, ...(body.length > 0 && { body: body.toString("utf8") }) }), {
      params: Promise.resolve(params),
    });
  }
  return new Response('{"code":"not_found"}', { status: 404 });
}

/** The management API's routes on a port, without the pages. */
async function serveApi(calls: readonly ApiCall[]) {
  const server = createServer((request, response) => {
    void answer(calls, request).then(async (reply) => {
      response.writeHead(reply.status, Object.fromEntries(reply.headers));
      response.end(await reply.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

type WholeOptions = {
  /** A Redis for gateway and jobs. */
  redisUrl?: string | undefined;
  /** Reach the database through a PgBouncer in transaction mode, and directly only what needs sessions. */
  isPooled?: boolean;
};

/** All of Scrip but its pages, in this process and on ports: sandbox, API, gateway, jobs, with the demo's settings. */
export async function openWhole({ redisUrl, isPooled = false }: WholeOptions = {}): Promise<Whole> {
  const sandbox = await startSandbox({ port: 0 });
  const openAiBaseUrl = `${sandbox.url}/openai/v1`;
  process.env["PROVIDER_OPENAI_BASE_URL"] = openAiBaseUrl;
  useStripeOf(sandbox);
  let pooler: PgBouncer | undefined;
  const api = await openApi(async (url) => {
    if (!isPooled) return url;
    pooler = await startPgBouncer(url, { ignoresParameters: false });
    return pooler.url(url);
  });
  const { ownerUrl, url: databaseUrl } = api;
  const database = pooler ? openDatabase(pooler.url(databaseUrl), CONNECTIONS, databaseUrl) : api.database;
  await migrateQueue(ownerUrl);
  await grantApplicationRole(ownerUrl, databaseUrl);
  await database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), DEMO_SETTINGS));
  const { CALLS } = await import("@/app/api/v1/_document/calls");
  const web = await serveApi(CALLS);
  const stripe = { webhook_url: `${web.url}/api/v1/stripe/webhook`, webhook_secret: WEBHOOK_SECRET };
  await fetch(`${sandbox.url}/_sandbox/settings`, { method: "PUT", body: JSON.stringify({ stripe }) });

  const vault = useVault([{ id: "test", key: Buffer.alloc(32, 7) }]);
  const { log, lines } = aLog();
  const providerBaseUrls = new Map([["openai", openAiBaseUrl]]);
  const jobs = await startJobs({
    database,
    vault,
    log,
    databaseUrl,
    redisUrl,
    providerBaseUrls,
    stripe: openStripe({ secretKey: "sk_test_of_the_tests", apiBase: sandbox.url }),
  });
  const gateway = await startGateway({
    database,
    vault,
    log,
    host: "127.0.0.1",
    port: 0,
    baseUrls: providerBaseUrls,
    trustedProxies: [],
    appUrl: "https://scrip.example",
    gatewayUrl: "https://api.scrip.example",
    redisUrl,
    timings: { stopMs: 5_000 },
  });
  return {
    web: web.url,
    gateway: gateway.url,
    sandbox: sandbox.url,
    admin: await aPerson(database, { role: "admin", scopes: ["admin"] }),
    database,
    logged: () => lines.map((line) => JSON.stringify(line)).join("\n"),
    async close() {
      await gateway.stop();
      await jobs.stop();
      web.close();
      if (pooler) await database.close();
      await api.close();
      await pooler?.stop();
      await sandbox.stop();
    },
  };
}
