import { type Database, useDatabase } from "@/lib/db";
import { webEnv } from "@/lib/env";

const CONNECTIONS_MAX = 10;

// Next bundles pages and routes apart, so that a module's own variable isn't the process's: this one is.
const held = globalThis as { scripDatabase?: Database };

/** The web process's database, opened at first use. */
export function webDatabase(): Database {
  held.scripDatabase ??= useDatabase(webEnv().databaseUrl, CONNECTIONS_MAX);
  return held.scripDatabase;
}
