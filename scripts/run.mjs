// Runs a task of scripts/tasks by name: `node scripts/run.mjs ledger-verify`.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { runScript } from "./bootstrap.mjs";

const tasks = path.join(import.meta.dirname, "tasks");
const name = process.argv[2] ?? "";
if (!/^[a-z-]+$/.test(name) || !existsSync(path.join(tasks, `${name}.ts`))) {
  const names = readdirSync(tasks).map((file) => path.basename(file, ".ts"));
  process.stderr.write(`no task "${name}": one of ${names.join(", ")}\n`);
  process.exit(1);
}
await runScript(`tasks/${name}`);
