import type { Database } from "../db";
import { runFoldDeltas } from "./maintenance.store";

/** Fold what flushes added to the platform's accounts into their balances, each row once. Returns how many rows. */
export const foldDeltas = (database: Database): Promise<bigint> => runFoldDeltas(database.pool);
