import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { assert } from "../errors";
import { PrismaClient } from "./generated/client";
import type { Tx } from "./tx";

export type { Tx } from "./tx";

/**
 * One process's connections: Prisma for transactions and reads, which may go through a pooler in transaction mode, and a
 * pool of sessions for the ledger's flush, leases, locks and maintenance.
 */
export type Database = {
  readonly reader: Tx;
  readonly pool: pg.Pool;
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

const TRANSACTION_TIMEOUT_MS = 15_000;
/** How long a transaction waits for a connection that others have: a burst queues up rather than fails. */
const CONNECTION_WAIT_MS = 10_000;
const RETRIES_MAX = 5;

// int8 columns are amounts and ids: read them exactly. Set for our pool alone: Prisma parses them itself, from text.
const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary"): unknown =>
    oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format),
};

/** Whether a transaction lost against another one and may be run again. Source: PostgreSQL error codes, Prisma P2034. */
function isConflict(error: unknown): boolean {
  const text = error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : "";
  return /P2034|TransactionWriteConflict|40001|40P01|55P03/.test(text);
}

/**
 * Open a process's database.
 *
 * `max` bounds the connections of the pool for SQL and, apart from it, those of Prisma. `directUrl` leads to the server
 * itself where `url` leads to a pooler: what the pool's connections set at their start, and the locks that they take,
 * last for a session.
 */
export function openDatabase(url: string, max: number, directUrl = url): Database {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max }) });
  const pool = new pg.Pool({
    connectionString: directUrl,
    max,
    statement_timeout: TRANSACTION_TIMEOUT_MS,
    types: exactTypes,
  });
  // A connection that broke is replaced at the next use. Its query is rejected; the event alone would end the process, and
  // the pool's own listener is off while a connection is handed over.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    reader: prisma as unknown as Tx,
    pool,
    async inTransaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await prisma.$transaction((tx) => work(tx as unknown as Tx), {
            timeout: TRANSACTION_TIMEOUT_MS,
            maxWait: CONNECTION_WAIT_MS,
          });
        } catch (error) {
          if (attempt >= RETRIES_MAX || !isConflict(error)) throw error;
        }
      }
    },
    async close() {
      await Promise.allSettled([prisma.$disconnect(), pool.end()]);
    },
  };
}

let opened: Database | undefined;

/** This process's database, opened on first use by `useDatabase`. Errors: an assertion where none was opened. */
export function database(): Database {
  assert(opened, "no database is open: the process calls useDatabase at its start");
  return opened;
}

/** Open the database that `database()` gives from here on. */
export function useDatabase(url: string, max: number, directUrl = url): Database {
  opened = openDatabase(url, max, directUrl);
  return opened;
}

export { bumpConfig, readConfigVersion, type ConfigVersion } from "./config-version";
export { claimOperation, finishOperation, isOperationDone } from "./operation";
