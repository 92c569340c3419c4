import { createServer } from "node:http";
import type { Database } from "../../lib/db";
import { dropNamedHeaders, HEADER_BYTES_MAX, listen, refuseUnreadable } from "../../lib/http";
import { createBooks, keepLease, type LeaseTimings } from "../../lib/ledger";
import type { Log } from "../../lib/log";
import { createPool } from "../../lib/pool";
import { openBus } from "../../lib/redis";
import { delay, nowMs } from "../../lib/time";
import { createRefusedLog } from "../../lib/usage";
import type { Vault } from "../../lib/vault";
import { createBalances } from "./balances";
import { createBodyMemory } from "./read-body";
import { createCallers, readCallerAddresses } from "./authenticate";
import { watchConfig } from "./config";
import { createTokenCounter } from "./tokens/count-tokens";
import { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import { LIMITS, type Timings, TIMINGS } from "./limits";
import { createMetrics } from "./metrics";
import { createOpenStreams } from "./open-streams";
import { createRates } from "./rates";
import { createSharedRates } from "./shared-rates";
import { createThread } from "./threads/thread";
import { openTraces } from "./traces";
import { routeRequest } from "./routes";
import { createUpstreams } from "./upstream";

export type GatewayOptions = {
  database: Database;
  vault: Vault;
  log: Log;
  host: string;
  port: number;
  baseUrls: ReadonlyMap<string, string>;
  trustedProxies: readonly string[];
  /** What the web port proves itself with; without it, it has to be one of the trusted proxies. */
  webPortSecret?: string | undefined;
  metricsToken?: string | undefined;
  /** Where there is a Redis: gateways share rates, and hear of cool-downs and lost keys at once. */
  redisUrl?: string | undefined;
  /** The app's address and the gateway's own, as people write them. */
  appUrl?: string | undefined;
  gatewayUrl: string;
  /** Where an OpenTelemetry collector listens for traces. */
  otelEndpoint?: string | undefined;
  timings?: Partial<Timings>;
  /** How it keeps its claim on its holds; the ledger's own timings without it. */
  lease?: Partial<LeaseTimings> | undefined;
};

/** A gateway that listens. `stop` lets what is under way end, closes its lease, and resolves when nothing is left. */
export type RunningGateway = {
  readonly url: string;
  readonly port: number;
  /** Take over now what changed in the database, rather than at the next poll. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
};

const USES_MS = 10_000;
const REFUSED_MS = 1_000;
const IDLE_LOOK_MS = 25;
/** Connections that wait to be taken: what comes at once when many clients begin. */
const BACKLOG = 4_096;

async function assemble(options: GatewayOptions) {
  const { database, vault, log } = options;
  const timings: Timings = { ...TIMINGS, ...options.timings };
  const tell = (problem: string, error: unknown): void => log.error({ error }, problem);
  const lease = await keepLease(database.pool, `gateway:${process.pid}`, options.lease);
  const bus = options.redisUrl === undefined ? undefined : openBus(options.redisUrl, { tell });
  const pool = await createPool(database, vault, { pollMs: 0, report: tell, bus });
  const metrics = createMetrics(() => pool.count(nowMs()));
  const books = createBooks(database.pool, lease, { onFlush: (items) => metrics.flush(items) });
  const config = await watchConfig(database, pool, log, timings);
  const counter = createThread(log);
  const gateway: Gateway = {
    database,
    vault,
    books,
    pool,
    config,
    callers: createCallers(database, config.access),
    refused: createRefusedLog(database),
    balances: createBalances(database),
    bodies: createBodyMemory(LIMITS.bodiesBytesMax),
    rates: options.redisUrl === undefined ? createRates() : createSharedRates(options.redisUrl, createRates(), tell),
    parser: createThread(log),
    tokens: createTokenCounter(counter),
    upstreams: createUpstreams(timings),
    streams: createOpenStreams(timings.tickMs, (error) => tell("a stream couldn't be checkpointed", error)),
    withoutUsage: new Set(),
    metrics,
    log,
    addresses: readCallerAddresses(options.trustedProxies, options.webPortSecret),
    baseUrls: options.baseUrls,
    timings,
    buyUrl: options.appUrl === undefined ? null : `${options.appUrl}/buy`,
    clientBaseUrl: `${options.gatewayUrl}/v1`,
    metricsToken: options.metricsToken ?? null,
    traces: options.otelEndpoint === undefined ? null : await openTraces(options.otelEndpoint),
  };
  return { gateway, counter, books, lease, bus };
}

/**
 * Start a gateway on a port; 0 takes a free one.
 *
 * The database and the vault are the caller's, and stay open when it stops. Errors: rejects where the port is taken or
 * the database can't be read.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { host, log } = options;
  const { gateway, counter, books, lease, bus } = await assemble(options);
  let underWay = 0;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: LIMITS.headersMs,
      requestTimeout: LIMITS.requestMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      noDelay: true,
    },
    (request, response) => {
      underWay++;
      dropNamedHeaders(request.headers);
      gateway.addresses.receive(request);
      void routeRequest(gateway, new RequestContext(request, response)).finally(() => underWay--);
    },
  );
  refuseUnreadable(server);
  const uses = setInterval(() => {
    gateway.callers.flush().catch((error: unknown) => log.warn({ error }, "uses of keys couldn't be written down"));
  }, USES_MS);
  const refusals = setInterval(() => {
    gateway.refused.flush().catch((error: unknown) => log.warn({ error }, "refused requests couldn't be written down"));
  }, REFUSED_MS);
  const { port, url } = await listen(server, { port: options.port, host, backlog: BACKLOG });

  async function idleWithin(limitMs: number): Promise<void> {
    const endMs = nowMs() + limitMs;
    while (underWay > 0 && nowMs() < endMs) await delay(IDLE_LOOK_MS);
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await idleWithin(gateway.timings.stopMs);
    // What is still under way loses its supplier, and is settled by what was delivered.
    await gateway.upstreams.close();
    await idleWithin(LIMITS.settleMs);
    server.closeAllConnections();
    await closed;
    clearInterval(uses);
    clearInterval(refusals);
    gateway.streams.stop();
    gateway.config.stop();
    await books.idle();
    await gateway.callers.flush().catch(() => undefined); // when a key was last used is no promise
    await gateway.refused.flush().catch(() => undefined); // nor is a refusal
    await gateway.pool.close();
    bus?.close();
    gateway.rates.stop();
    await Promise.all([gateway.parser.stop(), counter.stop()]);
    await lease.close();
    await gateway.traces?.stop().catch(() => undefined); // a collector that is away loses its traces
  }
  return {
    url,
    port,
    refresh: () => gateway.config.refresh(),
    stop,
  };
}
