import type { Database } from "../db";
import { findViolations, INVARIANTS, type Violation } from "./invariants.store";

export type LedgerReport = { invariants: { name: string; states: string }[]; violations: Violation[] };

/**
 * Verify every invariant of the ledger over the whole database, on one snapshot.
 *
 * Reads only; an invariant that is violated shows its first 20 offending rows.
 */
export async function verifyLedger(database: Database): Promise<LedgerReport> {
  const client = await database.pool.connect();
  try {
    const violations = await findViolations(client, INVARIANTS);
    return { invariants: INVARIANTS.map(({ name, states }) => ({ name, states })), violations };
  } finally {
    client.release();
  }
}
