import { writeFileSync } from "node:fs";
import { dumpBooks } from "../check/books-dump";
import { BOOKS_FILE } from "../check/schema-drift";
import { withMigratedServer } from "../check/with-server";
import { say } from "../console";
import { runTask } from "../run-task";

await runTask(async () => {
  writeFileSync(BOOKS_FILE, await withMigratedServer(dumpBooks));
  say(`wrote ${BOOKS_FILE}`);
});
