import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { ApiKeyInput, createApiKey, createUser, hashPassword } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { openDatabase } from "@/lib/db";
import { grantApplicationRole } from "@/lib/db/grants";
import { newApiKeySecret } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { migrateQueue } from "@/lib/queue";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { useVault } from "@/lib/vault";
import { freePort } from "../../../scripts/ports";
import { ensureNextBuild } from "../../../scripts/start/build";
import { watchParents } from "../../../scripts/processes";
import { bundle, startGateway, startWorker, type Worker } from "../../support/worker";
import { testDatabase } from "../../support/database";
import { stageModel, stageSupply } from "../../support/stage";
import { testMasterKeys } from "../../support/supply";
import { makeHistory } from "./history";
import { ADMIN, type Stack } from "./stack-address";

// All of Scrip for browser tests, as production runs it: built web app, web port, gateway, jobs, sandbox, a database of
// its own. Prints where it serves, and ends all of it when it is asked to.

const HOME = `${process.env["SCRIP_TEST_HOME"] ?? `.scrip/test-${process.pid}`}/e2e`;
const NEXT_FOLDER = process.env["NEXT_DIST_DIR"] ?? ".next-test";
const CONNECTIONS = 4;

/** The demo's model with a supplier's key, its settings, an admin with a key of their own, and a past. */
async function furnish(databaseUrl: string): Promise<Pick<Stack, "adminKey" | "historyDay">> {
  const database = openDatabase(databaseUrl, CONNECTIONS);
  const ctx = systemCtx("e2e", nowMs());
  const adminKey = newApiKeySecret();
  await stageModel(database, 1);
  await stageSupply(database, ["sk-sandbox-openai-500usd"]);
  const passwordHash = await hashPassword(ADMIN.password);
  await database.inTransaction((tx) => updateSettings(tx, ctx, DEMO_SETTINGS));
  await database.inTransaction(async (tx) => {
    const admin = await createUser(tx, ctx, { email: ADMIN.email, passwordHash, role: "admin" });
    const key = ApiKeyInput.parse({ name: "e2e", scopes: ["admin"] });
    await createApiKey(tx, ctx, { userId: admin.id, key, secret: adminKey, mayGiveAdmin: true });
  });
  const historyDay = await makeHistory(database);
  await database.close();
  return { adminKey, historyDay };
}

mkdirSync(HOME, { recursive: true });
const own = await testDatabase();
await migrateQueue(own.ownerUrl);
await grantApplicationRole(own.ownerUrl, own.url);
const masterKeys = testMasterKeys();
useVault(masterKeys);
const [masterKey] = masterKeys;
if (!masterKey) throw new Error("the vault has no key");
const furnished = await furnish(own.url);
await ensureNextBuild(NEXT_FOLDER);
const files = await bundle(`${HOME}/dist`, {
  web: "workers/web.ts",
  gateway: "workers/gateway.ts",
  jobs: "workers/jobs.ts",
  sandbox: "workers/sandbox.ts",
});
const fileOf = (name: string): string => files[name] ?? "";
const logOf = (name: string): string => `${HOME}/${name}.log`;

const port = await freePort();
const webUrl = `http://127.0.0.1:${port}`;
const stripeSecrets = {
  key: `sk_test_${randomBytes(16).toString("hex")}`,
  webhook: `whsec_${randomBytes(24).toString("hex")}`,
};
const sandbox = await startWorker({
  name: "sandbox",
  file: fileOf("sandbox"),
  logFile: logOf("sandbox"),
  env: {
    SCRIP_ENV: "demo",
    HOST: "127.0.0.1",
    SANDBOX_PORT: "0",
    SANDBOX_WEBHOOK_URL: `${webUrl}/api/v1/stripe/webhook`,
    STRIPE_WEBHOOK_SECRET: stripeSecrets.webhook,
  },
});
const openAiBaseUrl = `${sandbox.url}/openai/v1`;
const gateway = await startGateway({
  file: fileOf("gateway"),
  logFile: logOf("gateway"),
  databaseUrl: own.url,
  masterKey,
  openAiBaseUrl,
});
const environment = {
  SCRIP_ENV: "production",
  HOST: "127.0.0.1",
  DATABASE_URL: own.url,
  APP_URL: webUrl,
  PORT: String(port),
  GATEWAY_URL: gateway.url,
  GATEWAY_INTERNAL_URL: gateway.url,
  NEXTAUTH_SECRET: randomBytes(32).toString("base64"),
  KEY_ENCRYPTION_KEYS: `${masterKey.id}:${masterKey.key.toString("base64")}`,
  PROVIDER_OPENAI_BASE_URL: openAiBaseUrl,
  STRIPE_SECRET_KEY: stripeSecrets.key,
  STRIPE_WEBHOOK_SECRET: stripeSecrets.webhook,
  STRIPE_API_BASE: sandbox.url,
  NEXT_DIST_DIR: NEXT_FOLDER,
};
const web = await startWorker({
  name: "web",
  file: fileOf("web"),
  logFile: logOf("web"),
  url: `${webUrl}/healthz`,
  env: environment,
});
const jobs = await startWorker({
  name: "jobs",
  file: fileOf("jobs"),
  logFile: logOf("jobs"),
  readyText: "the jobs run",
  env: environment,
});
const workers: Worker[] = [web, jobs, gateway, sandbox];

async function stop(): Promise<void> {
  for (const worker of workers) await worker.stop();
  await own.drop();
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void stop());
watchParents(() => void stop());

const stack: Stack = { web: webUrl, gateway: gateway.url, sandbox: sandbox.url, ...furnished };
process.stdout.write(`scrip serves ${JSON.stringify(stack)}\n`);
