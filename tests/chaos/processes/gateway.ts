import { useDatabase } from "@/lib/db";
import { gatewayEnv } from "@/lib/env";
import { openLog } from "@/lib/log";
import { useVault } from "@/lib/vault";
import { startGateway } from "../../../workers/gateway/start-gateway";
import { stopWhenAsked } from "../../../workers/lifecycle";
import { hasTiming, timing } from "./timings";

// The gateway process as workers/gateway.ts starts it, with a lease and checkpoints that a test can wait for.
const env = gatewayEnv();
const log = openLog("gateway");
const database = useDatabase(env.databaseUrl, 4);
const gateway = await startGateway({
  database,
  vault: useVault(env.masterKeys),
  log,
  host: env.listenHost,
  port: env.gatewayPort,
  baseUrls: env.providerBaseUrls,
  trustedProxies: env.trustedProxies,
  appUrl: "https://scrip.example",
  gatewayUrl: "https://api.scrip.example",
  redisUrl: env.redisUrl,
  timings: {
    checkpointMs: timing("checkpointMs"),
    tickMs: timing("tickMs"),
    ...(hasTiming("idleMs") && { idleMs: timing("idleMs") }),
  },
  lease: { ttlMs: timing("leaseTtlMs"), renewMs: timing("leaseRenewMs") },
});
log.info({ url: gateway.url }, "the gateway is open");
stopWhenAsked(log, async () => {
  await gateway.stop();
  await database.close();
});
