import type { Database } from "../db";
import { type BrokenLaw, insertCheck, type LedgerCheck } from "./ledger-check.store";
import { verifyBooks } from "./verify-books";

/** Hold the whole database against every law of the books, as `verifyBooks` does, and keep what was found. */
export async function checkLedger(database: Database, nowMs: number): Promise<LedgerCheck> {
  const { invariants, violations } = await verifyBooks(database);
  const broken = invariants.flatMap(({ name, states }): BrokenLaw[] => {
    const rows = violations.filter(({ invariant }) => invariant === name);
    return rows.slice(0, 1).map(({ subject }) => ({ law: name, states, rows: rows.length, first: subject }));
  });
  const check = { checkedMs: nowMs, laws: invariants.length, broken };
  await database.inTransaction((tx) => insertCheck(tx, check));
  return check;
}
