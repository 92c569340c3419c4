import cluster from "node:cluster";
import { useDatabase } from "../lib/db";
import { addressProblem } from "../lib/db/server-settings";
import { EnvError, gatewayEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { useVault } from "../lib/vault";
import { startGateway } from "./gateway/start-gateway";
import { superviseWorkers } from "./gateway/supervise-workers";
import { stopWhenAsked } from "./lifecycle";

const CONNECTIONS = 4;
const env = gatewayEnv();
const log = openLog("gateway");

if (cluster.isPrimary && env.gatewayWorkers > 1) {
  const workers = superviseWorkers(env.gatewayWorkers, log);
  stopWhenAsked(log, () => workers.stop());
} else {
  const problem = await addressProblem(env.databaseUrl, env.directDatabaseUrl);
  if (problem) throw new EnvError([problem]);
  const database = useDatabase(env.databaseUrl, CONNECTIONS, env.directDatabaseUrl);
  const gateway = await startGateway({
    database,
    vault: useVault(env.masterKeys),
    log,
    host: env.listenHost,
    port: env.gatewayPort,
    baseUrls: env.providerBaseUrls,
    trustedProxies: env.trustedProxies,
    webPortSecret: env.webPortSecret,
    appUrl: env.shownAppUrl,
    gatewayUrl: env.gatewayUrl,
    metricsToken: env.metricsToken,
    redisUrl: env.redisUrl,
    otelEndpoint: env.otelEndpoint,
  });
  stopWhenAsked(log, async () => {
    await gateway.stop();
    await database.close();
  });
  log.info({ url: gateway.url }, "the gateway is open");
}
