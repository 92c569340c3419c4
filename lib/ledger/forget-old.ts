import type { Database } from "../db";
import { runForgetOld } from "./maintenance.store";

/**
 * Remove closed holds and idempotency outcomes older than 400 days; neither is a row of the ledger.
 *
 * `limit` bounds one transaction. Returns how many holds went: as many as the limit means there are more.
 */
export const forgetOld = (database: Database, limit: number): Promise<bigint> => runForgetOld(database.pool, limit);
