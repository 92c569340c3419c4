import { sandboxEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { startSandbox } from "./sandbox/start-sandbox";

const env = sandboxEnv();
const log = openLog("sandbox");
const sandbox = await startSandbox({ port: env.sandboxPort });
log.info({ url: sandbox.url }, "the sandbox stands in for the providers");

let isStopping = false;
async function stop(reason: string): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  log.info({ reason }, "the sandbox stops");
  await sandbox.stop();
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
// The pipe from whoever started it closes when that process is gone, however it went.
process.stdin.on("close", () => void stop("its starter is gone")).resume();
