import { useDatabase } from "@/lib/db";
import { jobsEnv } from "@/lib/env";
import { openLog } from "@/lib/log";
import { useVault } from "@/lib/vault";
import { startJobs } from "../../../workers/jobs/start-jobs";
import { stopWhenAsked } from "../../../workers/lifecycle";
import { timing } from "./timings";

// The jobs process as workers/jobs.ts starts it, with a lease that a test can wait for.
const env = jobsEnv();
const log = openLog("jobs");
const { databaseUrl, redisUrl, providerBaseUrls } = env;
const database = useDatabase(databaseUrl, 5);
const vault = useVault(env.masterKeys);
const lease = {
  ttlMs: timing("leaseTtlMs"),
  renewMs: timing("leaseRenewMs"),
  checksApartMs: timing("checksApartMs"),
};
const jobs = await startJobs({ database, vault, log, databaseUrl, redisUrl, providerBaseUrls, lease });
log.info("the jobs run");
stopWhenAsked(log, async () => {
  await jobs.stop();
  await database.close();
});
