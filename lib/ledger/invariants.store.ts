import type pg from "pg";
import { type Invariant, LOT_INVARIANTS, VESTING_INVARIANTS, WALLET_INVARIANTS } from "./wallet-invariants.store";
import { REQUEST_INVARIANTS } from "./request-invariants.store";

export type Violation = { invariant: string; subject: string; expected: string | null; found: string | null };

const ROWS_MAX = 20;

const JOURNAL: Invariant[] = [
  {
    name: "line-has-transfer",
    states: "Each line belongs to exactly one transfer, of its kind and time.",
    sql: `
      select 'line ' || l.seq as subject, '1 transfer' as expected, count(t.id)::text as found
      from books.line l left join books.transfer t on t.id = l.transfer and t.at = l.at and t.kind = l.kind
      group by l.seq having count(t.id) <> 1`,
  },
  {
    name: "transfer-has-lines",
    states: "Each transfer moved something.",
    sql: `
      select 'transfer ' || t.id as subject, 'lines' as expected, 'none' as found
      from books.transfer t where not exists (select from books.line l where l.transfer = t.id and l.at = t.at)`,
  },
  {
    name: "platform-equals-lines",
    states: "A platform account's folded balance and its unfolded deltas are the sum of its lines.",
    sql: `
      with moved as (
        select account, sum(amount)::numeric as amount from (
          select to_account as account, amount_micros as amount from books.line where to_account > 100
          union all select from_account, -amount_micros from books.line where from_account > 100) x group by account)
      select 'account ' || a.name as subject, coalesce(m.amount, 0)::text as expected,
        (a.balance_micros + coalesce(d.amount, 0))::text as found
      from books.account a
      left join moved m on m.account = a.code
      left join (select account, sum(amount_micros) as amount from books.delta group by account) d on d.account = a.code
      where a.is_platform and a.balance_micros + coalesce(d.amount, 0) <> coalesce(m.amount, 0)`,
  },
  {
    name: "books-sum-to-zero",
    states: "What wallets own less what they owe, and what the platform's accounts hold, is zero.",
    sql: `
      select 'all accounts' as subject, '0' as expected, total::text as found from (
        select (select coalesce(sum(promo + referral + purchased + vested + unvested - debt), 0) from books.wallet)
          + (select coalesce(sum(balance_micros), 0) from books.account)
          + (select coalesce(sum(amount_micros), 0) from books.delta) as total) x
      where total <> 0`,
  },
  {
    name: "operation-has-outcome",
    states: "An operation that was committed has its outcome.",
    sql: `
      select 'operation ' || scope || ' ' || key as subject, 'an outcome' as expected, 'none' as found
      from books.op where outcome is null`,
  },
];

const GUARDS: Invariant[] = [
  {
    name: "history-is-guarded",
    states: "The triggers that refuse changes stand on every table and partition of the journal.",
    sql: `
      select 'table ' || c.relname as subject, '2 guards' as expected, count(t.oid)::text as found
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'books'
      left join pg_trigger t on t.tgrelid = c.oid and t.tgenabled in ('O', 'A')
        and t.tgfoid in ('books.refuse_change'::regproc, 'books.freeze_outcome'::regproc)
      where c.relkind in ('r', 'p') and c.relname ~ '^(transfer|line|usage_record|op|late_report)(_|$)'
      group by c.relname having count(t.oid) < 2`,
  },
  {
    name: "default-partitions-empty",
    states: "No row waits in a default partition for a month that wasn't made.",
    sql: `
      select 'table ' || parent as subject, '0' as expected, n::text as found from (
        select 'line_default' as parent, count(*) as n from books.line_default
        union all select 'transfer_default', count(*) from books.transfer_default
        union all select 'usage_record_default', count(*) from books.usage_record_default) x where n > 0`,
  },
];

/** Every invariant of the ledger, in the order in which they are checked. */
export const INVARIANTS: readonly Invariant[] = [
  ...WALLET_INVARIANTS,
  ...LOT_INVARIANTS,
  ...JOURNAL,
  ...REQUEST_INVARIANTS,
  ...VESTING_INVARIANTS,
  ...GUARDS,
];

/** Verify invariants on one snapshot of the database. Returns the first rows that violate each. */
export async function findViolations(client: pg.PoolClient, invariants: readonly Invariant[]): Promise<Violation[]> {
  const violations: Violation[] = [];
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query("set local statement_timeout = 0");
    for (const { name, sql } of invariants) {
      const { rows } = await client.query<Omit<Violation, "invariant">>(`select * from (${sql}) v limit ${ROWS_MAX}`);
      violations.push(...rows.map((row) => ({ invariant: name, ...row })));
    }
  } finally {
    await client.query("rollback");
  }
  return violations;
}
