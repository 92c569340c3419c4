import cluster from "node:cluster";
import path from "node:path";
import { gatewayEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { stopWhenAsked } from "./lifecycle";

// Holds the gateway's port for several gateways: GATEWAY_WORKERS of them, each a process with a lease of its own.

const env = gatewayEnv();
const log = openLog("gateway-cluster");
const entry = process.argv[1] ?? "";
let isStopping = false;

cluster.setupPrimary({
  exec: path.join(path.dirname(entry), `gateway${path.extname(entry)}`),
  // A pipe as standard input: each sees by its end that this process is gone.
  stdio: ["pipe", "inherit", "inherit", "ipc"],
});
for (let worker = 0; worker < env.gatewayWorkers; worker++) cluster.fork();
cluster.on("exit", (worker, code, signal: string | null) => {
  if (isStopping) return;
  log.error({ pid: worker.process.pid, code, signal }, "a gateway ended by itself; starting another");
  cluster.fork();
});
log.info({ gateways: env.gatewayWorkers }, "gateways start");

stopWhenAsked(log, async () => {
  isStopping = true;
  const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => (worker ? [worker] : []));
  const gone = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
  for (const worker of workers) worker.process.kill("SIGTERM");
  await Promise.all(gone);
});
