import type pg from "pg";
import { useDatabase } from "@/lib/db";
import { gatewayEnv } from "@/lib/env";
import { openLog } from "@/lib/log";
import { useVault } from "@/lib/vault";
import { startGateway } from "../../../workers/gateway/start-gateway";

// The gateway process, which dies as kill -9 does when the first settlement is committed and nothing has left since.
const ENDS = 4;
const env = gatewayEnv();
const log = openLog("gateway");
const database = useDatabase(env.databaseUrl, 4);
const { pool } = database;
const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
const isEnd = (ask: unknown): boolean => {
  const { name, values } = ask as Partial<pg.QueryConfig<unknown[]>>;
  return name === "flush" && values?.[ENDS] != null;
};
pool.query = (async (...asked: unknown[]) => {
  const result = await query(...asked);
  if (isEnd(asked[0])) process.kill(process.pid, "SIGKILL");
  return result;
}) as typeof pool.query;

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
});
log.info({ url: gateway.url }, "the gateway is open");
