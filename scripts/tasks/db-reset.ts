import { createInterface } from "node:readline/promises";
import { rmSync } from "node:fs";
import pg from "pg";
import { grantApplicationRole } from "../../lib/db/grants";
import { applyMigrations } from "../../lib/db/migrate";
import { migrateQueue } from "../../lib/queue/queue";
import { say, Stop } from "../console";
import { runTask, openTaskDatabase } from "../task";
import { currentRun } from "../start/run-file";

// Drops the database and recreates it, empty and migrated. `--yes` asks nothing.

async function confirm(place: string): Promise<void> {
  if (process.argv.includes("--yes")) return;
  if (!process.stdin.isTTY) throw new Stop(`this would drop ${place}: say so with \`npm run db:reset -- --yes\``);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`scrip  drop all data of ${place}? Type "drop": `);
  terminal.close();
  if (answer.trim() !== "drop") throw new Stop("nothing was changed");
}

async function recreate(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const name = pg.escapeIdentifier(url.pathname.slice(1));
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}

await runTask(async () => {
  const run = currentRun();
  if (run) throw new Stop(`Scrip runs in this checkout (pid ${run.pid}): stop it first`);
  const place = await openTaskDatabase();
  try {
    const { host, pathname } = new URL(place.ownerUrl);
    await confirm(`${pathname.slice(1)} on ${host}`);
    await recreate(place.ownerUrl);
    const { applied } = await applyMigrations(place.ownerUrl, "prisma/migrations");
    await migrateQueue(place.ownerUrl);
    await grantApplicationRole(place.ownerUrl, place.url);
    rmSync(".scrip/demo.json", { force: true });
    say(`recreated: ${applied.length} migrations applied; the next \`npm start\` seeds it`);
  } finally {
    await place.close();
  }
});
