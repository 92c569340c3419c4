import { useDatabase } from "../lib/db";
import { addressProblem } from "../lib/db/server-settings";
import { EnvError, jobsEnv } from "../lib/env";
import { openLog } from "../lib/log";
import { openStripe } from "../lib/payments";
import { useVault } from "../lib/vault";
import { serveHealth } from "./jobs/health";
import { startJobs } from "./jobs/start-jobs";
import { stopWhenAsked } from "./lifecycle";

// Prisma's connections and those for SQL together: ten.
const CONNECTIONS_MAX = 5;

const env = jobsEnv();
const log = openLog("jobs");
const { redisUrl, providerBaseUrls } = env;
const problem = await addressProblem(env.databaseUrl, env.directDatabaseUrl);
if (problem) throw new EnvError([problem]);
const directUrl = env.directDatabaseUrl ?? env.databaseUrl;
const database = useDatabase(env.databaseUrl, CONNECTIONS_MAX, directUrl);
const vault = useVault(env.masterKeys);

const { stripeSecretKey: secretKey, stripeApiBase: apiBase } = env;
const stripe = secretKey ? openStripe({ secretKey, apiBase }) : null;

const jobs = await startJobs({ database, vault, log, databaseUrl: directUrl, redisUrl, providerBaseUrls, stripe });
const { jobsPort, listenHost, metricsToken } = env;
const health =
  jobsPort === undefined
    ? undefined
    : await serveHealth(jobs.loops, { port: jobsPort, host: listenHost, token: metricsToken ?? null });

stopWhenAsked(log, async () => {
  health?.close();
  await jobs.stop();
  await database.close();
});
log.info({ queue: redisUrl ? "redis" : "postgresql", url: health?.url }, "the jobs run");
