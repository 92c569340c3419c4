import { toolEnv } from "../../lib/env";
import { prepareQueue } from "../../lib/queue/prepare-queue";
import { runTask } from "../run-task";

await runTask(() => prepareQueue(toolEnv().databaseUrl));
