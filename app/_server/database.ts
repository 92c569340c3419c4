import { type Database, useDatabase } from "@/lib/db";
import { webEnv } from "@/lib/env";

const CONNECTIONS_MAX = 10;

// Next bundles pages and routes apart, so that a module's own variable isn't the process's: these are.
const held = globalThis as { scripDatabase?: Database; scripWrites?: number };

/** How many transactions of this process have ended: while it stays, this process wrote nothing. */
export const countWebWrites = (): number => held.scripWrites ?? 0;

function open(): Database {
  const database = useDatabase(webEnv().databaseUrl, CONNECTIONS_MAX);
  return {
    ...database,
    inTransaction: (work) =>
      database.inTransaction(work).finally(() => {
        held.scripWrites = countWebWrites() + 1;
      }),
  };
}

/** The web process's database, opened at first use. */
export function webDatabase(): Database {
  held.scripDatabase ??= open();
  return held.scripDatabase;
}
