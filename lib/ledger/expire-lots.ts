import type { Database } from "../db";
import { micros, type Micros } from "../money";
import { runExpireLots } from "./maintenance.store";

/**
 * Expire lots that are past their date, by at most what each wallet has free: what a hold keeps expires at a later call.
 *
 * `limit` bounds the lots of one transaction. Returns what expired. Units: microcredits.
 */
export const expireLots = async (database: Database, limit: number): Promise<Micros> =>
  micros(await runExpireLots(database.pool, limit));
