import next from "next";
import { webEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { stopWhenAsked } from "./lifecycle";
import { startWeb } from "./web/start-web";

const env = webEnv();
const log = openLog("web");
const isDevelopment = process.argv.includes("--dev");

const app = next({ dev: isDevelopment, dir: process.cwd(), hostname: env.listenHost, port: env.port });
await app.prepare();
const serve = app.getRequestHandler();
const upgrade = app.getUpgradeHandler();

const web = await startWeb({
  port: env.port,
  host: env.listenHost,
  appUrl: env.appUrl,
  gatewayOrigin: env.gatewayOrigin,
  trustedProxies: env.trustedProxies,
  webPortSecret: env.webPortSecret,
  log,
  serveApp: (request, response) => void serve(request, response),
  ...(isDevelopment && { upgradeApp: (request, socket, head) => void upgrade(request, socket, head) }),
});

stopWhenAsked(log, async () => {
  await web.stop();
  await app.close();
});
log.info({ url: web.url }, "the web port is open");
