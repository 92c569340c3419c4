import type { Database } from "../../lib/db";
import { type Balance, readBalance } from "../../lib/ledger";
import { nowMs } from "../../lib/time";

/** Balances for decisions that don't spend: how a refusal is worded, whether a reply needs a bound. */
export type Balances = {
  /** At most a second old. Errors: those of the database. */
  recent(wallet: bigint): Promise<Balance>;
  /** As it is now: for whoever the one that is known would turn away. Errors: those of the database. */
  now(wallet: bigint): Promise<Balance>;
};

const AGE_MS_MAX = 1_000;
const KNOWN_MAX = 10_000;

/** A memory of balances. What is spent is decided by the books alone. */
export function createBalances(database: Database): Balances {
  let known = new Map<bigint, { atMs: number; balance: Promise<Balance> }>();
  function now(wallet: bigint): Promise<Balance> {
    if (known.size >= KNOWN_MAX) known = new Map();
    const balance = readBalance(database.reader, wallet);
    known.set(wallet, { atMs: nowMs(), balance });
    balance.catch(() => known.delete(wallet));
    return balance;
  }
  return {
    now,
    recent(wallet) {
      const entry = known.get(wallet);
      return entry && nowMs() - entry.atMs < AGE_MS_MAX ? entry.balance : now(wallet);
    },
  };
}
