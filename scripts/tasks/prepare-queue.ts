import { toolEnv } from "../../lib/env";
import { migrateQueue } from "../../lib/queue/migrate-queue";
import { runTask } from "../run-task";

await runTask(() => migrateQueue(toolEnv().databaseUrl));
