import { sandboxEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { stopWhenAsked } from "./lifecycle";
import { startSandbox } from "./sandbox/server";

const env = sandboxEnv();
const log = openLog("sandbox");
const { sandboxPort: port, sandboxWebhookUrl: webhookUrl, stripeWebhookSecret: webhookSecret } = env;
const webhook = webhookUrl && webhookSecret ? { webhookUrl, webhookSecret } : {};
const sandbox = await startSandbox({ port, webhook });
stopWhenAsked(log, () => sandbox.stop());
log.info({ url: sandbox.url }, "the sandbox stands in for the providers");
