import { openLog } from "@/lib/log";
import { startWeb } from "../../../workers/web/start-web";
import { stopWhenAsked } from "../../../workers/lifecycle";

// The web port in front of a gateway as workers/web.ts opens it, without the pages, which no AI route passes through.
const log = openLog("web");
const web = await startWeb({
  port: 0,
  host: "127.0.0.1",
  appUrl: "http://127.0.0.1",
  gatewayOrigin: process.env["GATEWAY_URL"] ?? "",
  trustedProxies: [],
  log,
  serveApp: (_, response) => void response.writeHead(404).end(),
});
log.info({ url: web.url }, "the web port is open");
stopWhenAsked(log, () => web.stop());
