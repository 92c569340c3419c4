import { writeFileSync } from "node:fs";
import { dumpBooks, BOOKS_FILE, withMigratedServer } from "../check/schema-drift";
import { say } from "../console";
import { runTask } from "../task";

await runTask(async () => {
  writeFileSync(BOOKS_FILE, await withMigratedServer(dumpBooks));
  say(`wrote ${BOOKS_FILE}`);
});
