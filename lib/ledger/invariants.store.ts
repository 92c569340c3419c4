import type pg from "pg";

/** A law of the books: its query gives the rows that break it, as subject, expected and found. */
export type Invariant = { name: string; states: string; sql: string };

export type Violation = { invariant: string; subject: string; expected: string | null; found: string | null };

const ROWS_MAX = 20;
// Usage goes after 13 months and closed holds after 400 days: laws that hold one against the other look no further back.
const YOUNG = "390 days";

const WALLETS: Invariant[] = [
  {
    name: "wallet-equals-lines",
    states: "Each source of each wallet, and its debt, is the sum of its lines.",
    sql: `
      with moved as (
        select wallet, account, sum(amount)::bigint as amount from (
          select wallet, to_account as account, amount_micros as amount from books.line where wallet is not null and to_account < 100
          union all
          select wallet, from_account, -amount_micros from books.line where wallet is not null and from_account < 100
        ) x group by wallet, account),
      kept as (
        select w.id as wallet, c.account, c.amount from books.wallet w cross join lateral (values
          (1, w.promo), (2, w.referral), (3, w.purchased), (4, w.vested), (5, w.unvested), (6, -w.debt)) c(account, amount))
      select 'wallet ' || coalesce(k.wallet, m.wallet) || ', ' || a.name as subject,
        coalesce(m.amount, 0)::text as expected, k.amount::text as found
      from kept k full join moved m on m.wallet = k.wallet and m.account = k.account
      join books.account a on a.code = coalesce(k.account, m.account)
      where k.amount is distinct from coalesce(m.amount, 0)`,
  },
  {
    name: "advance-equals-lines",
    states: "A wallet's advance is what it spent of unvested credits less what vesting and claw-backs covered.",
    sql: `
      select 'wallet ' || w.id as subject, coalesce(m.amount, 0)::text as expected, w.advance::text as found
      from books.wallet w
      left join (
        select wallet, sum(case when to_account = 5 then -amount_micros when kind in (8, 9) then 0 else amount_micros end)::bigint as amount
        from books.line where from_account = 5 group by wallet) m on m.wallet = w.id
      where w.advance <> coalesce(m.amount, 0)`,
  },
  {
    name: "unvested-awaits-vesting",
    states:
      "Unvested credits and those spent in advance are what was granted, less what vested and what was clawed back.",
    sql: `
      select 'wallet ' || w.id as subject, coalesce(m.amount, 0)::text as expected, (w.unvested + w.advance)::text as found
      from books.wallet w
      left join (
        select wallet, sum(case when to_account = 5 and from_account > 100 then amount_micros
          when (kind = 8 and from_account = 5) or (kind = 9 and to_account > 100) then -amount_micros else 0 end)::bigint as amount
        from books.line where wallet is not null group by wallet) m on m.wallet = w.id
      where w.unvested + w.advance <> coalesce(m.amount, 0)`,
  },
  {
    name: "balance-after-runs",
    states: "Each line's balance is that of the line before, moved by its amount.",
    sql: `
      with run as (
        select wallet, seq, balance_after,
          sum(case when from_account < 6 and to_account < 6 then 0 when to_account < 6 then amount_micros
            when from_account < 6 then -amount_micros else 0 end) over (partition by wallet order by seq) as expected
        from books.line where wallet is not null)
      select 'line ' || seq || ' of wallet ' || wallet as subject, expected::text, balance_after::text as found
      from run where balance_after is distinct from expected`,
  },
  {
    name: "held-equals-open-holds",
    states: "What a wallet holds is the sum of its open holds.",
    sql: `
      select 'wallet ' || w.id as subject, coalesce(h.amount, 0)::text as expected, w.held::text as found
      from books.wallet w
      left join (select wallet, sum(amount_micros)::bigint as amount from books.hold where state = 0 group by wallet) h
        on h.wallet = w.id
      where w.held <> coalesce(h.amount, 0)`,
  },
  {
    name: "next-expiry-is-due",
    states: "A wallet knows of the earliest expiry among its lots: what is past it is never spendable.",
    sql: `
      select 'wallet ' || w.id as subject, l.expires_at::text as expected, w.next_expiry::text as found
      from books.wallet w
      join (select wallet, min(expires_at) as expires_at from books.lot where remaining_micros > 0 and expires_at is not null
            group by wallet) l on l.wallet = w.id
      where w.next_expiry is null or w.next_expiry > l.expires_at`,
  },
];

const LOTS: Invariant[] = [
  {
    name: "lot-equals-lines",
    states: "A lot holds what came into it less what its lines took out of it.",
    sql: `
      select 'lot ' || coalesce(l.id, m.lot) as subject, coalesce(m.amount, 0)::text as expected, l.remaining_micros::text as found
      from books.lot l
      full join (
        select lot, sum(case when from_account > 100 then amount_micros else -amount_micros end)::bigint as amount
        from books.line where lot is not null group by lot) m on m.lot = l.id
      where l.remaining_micros is distinct from coalesce(m.amount, 0)`,
  },
  {
    name: "lot-was-granted",
    states: "What a lot was granted is the line that made it.",
    sql: `
      select 'lot ' || l.id as subject, l.granted_micros::text as expected, coalesce(m.amount, 0)::text as found
      from books.lot l
      left join (select lot, transfer, sum(amount_micros)::bigint as amount from books.line
                 where lot is not null and from_account > 100 group by lot, transfer) m
        on m.lot = l.id and m.transfer = l.transfer
      where l.granted_micros <> coalesce(m.amount, 0)`,
  },
  {
    name: "lots-equal-wallet",
    states: "A wallet's promo and purchased credits are what is left in its lots.",
    sql: `
      select 'wallet ' || w.id || ', ' || a.name as subject, coalesce(l.amount, 0)::text as expected, s.amount::text as found
      from books.wallet w
      cross join lateral (values (1, w.promo), (3, w.purchased)) s(source, amount)
      join books.account a on a.code = s.source
      left join (select wallet, source, sum(remaining_micros)::bigint as amount from books.lot group by wallet, source) l
        on l.wallet = w.id and l.source = s.source
      where s.amount <> coalesce(l.amount, 0)`,
  },
];

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

const REQUESTS: Invariant[] = [
  {
    name: "hold-has-usage-record",
    states: "Each hold that ended has one usage record, with what the hold was charged.",
    sql: `
      select 'request ' || h.id as subject, 'one record of ' || h.charged_micros as expected,
        count(u.id) || ' of ' || coalesce(max(u.charge_micros)::text, 'nothing') as found
      from books.hold h left join books.usage_record u on u.id = h.id
      where h.state > 0 and h.closed_at > now() - interval '${YOUNG}' group by h.id
      having count(u.id) <> 1 or max(u.charge_micros) is distinct from max(h.charged_micros)`,
  },
  {
    name: "usage-record-has-hold",
    states: "Each recent usage record belongs to a hold that ended, and to its wallet and key.",
    sql: `
      select 'request ' || u.id as subject, 'an ended hold' as expected, coalesce(h.state::text, 'none') as found
      from books.usage_record u left join books.hold h on h.id = u.id
      where u.settled_at > now() - interval '${YOUNG}'
        and (h.id is null or h.state = 0 or h.wallet <> u.wallet or h.api_key <> u.api_key)`,
  },
  {
    name: "charge-equals-lines",
    states: "What a request was charged, source by source, is what its lines moved to usage revenue.",
    sql: `
      with moved as (
        select transfer,
          coalesce(sum(amount_micros) filter (where from_account = 1), 0) as promo,
          coalesce(sum(amount_micros) filter (where from_account = 2), 0) as referral,
          coalesce(sum(amount_micros) filter (where from_account = 3), 0) as purchased,
          coalesce(sum(amount_micros) filter (where from_account = 4), 0) as vested,
          coalesce(sum(amount_micros) filter (where from_account = 5), 0) as unvested,
          coalesce(sum(amount_micros) filter (where from_account = 110), 0) as overrun
        from books.line where kind = 5 and at > now() - interval '${YOUNG}' group by transfer)
      select 'request ' || coalesce(u.id, m.transfer) as subject,
        row(m.promo, m.referral, m.purchased, m.vested, m.unvested, m.overrun)::text as expected,
        row(u.promo_micros, u.referral_micros, u.purchased_micros, u.vested_micros, u.unvested_micros, u.overrun_micros)::text as found
      from (select * from books.usage_record
            where charge_micros + overrun_micros > 0 and settled_at > now() - interval '${YOUNG}') u
      full join moved m on m.transfer = u.id
      where row(m.promo, m.referral, m.purchased, m.vested, m.unvested, m.overrun) is distinct from
        row(u.promo_micros, u.referral_micros, u.purchased_micros, u.vested_micros, u.unvested_micros, u.overrun_micros)`,
  },
  {
    name: "cost-equals-attempts",
    states: "What a request cost is the sum of what its attempts cost.",
    sql: `
      select 'request ' || u.id as subject, coalesce(a.cost, 0)::text as expected, u.cost_nanos::text as found
      from books.usage_record u
      join books.hold h on h.id = u.id
      left join (select hold, sum(cost_nanos)::bigint as cost from books.attempt group by hold) a on a.hold = u.id
      where u.cost_nanos <> coalesce(a.cost, 0)`,
  },
  {
    name: "key-cost-equals-attempts",
    states: "What a pool key has cost is the sum of its folded attempts.",
    sql: `
      select 'pool key ' || k.id as subject, coalesce(a.cost, 0)::text as expected, k.cost_nanos::text as found
      from public.pool_key k
      left join (select pool_key, sum(cost_nanos)::bigint as cost from books.attempt where folded_at is not null
                 group by pool_key) a on a.pool_key = k.id
      where k.created_at > now() - interval '${YOUNG}' and k.cost_nanos <> coalesce(a.cost, 0)`,
  },
  {
    name: "counter-equals-legs",
    states: "What a counter holds and has used is the sum of its legs.",
    sql: `
      select 'counter ' || k.id as subject, row(coalesce(l.held, 0), coalesce(l.used, 0))::text as expected,
        row(k.held_amount, k.used_amount - k.forgotten_amount)::text as found
      from books.counter k
      left join (
        select l.counter, sum(l.held_amount) filter (where h.state = 0) as held, sum(l.used_amount) as used
        from books.leg l join books.hold h on h.id = l.hold group by l.counter) l on l.counter = k.id
      where k.held_amount <> coalesce(l.held, 0) or k.used_amount - k.forgotten_amount <> coalesce(l.used, 0)`,
  },
  {
    name: "no-orphaned-hold",
    states: "No hold of a gateway that is gone is open for more than a minute.",
    sql: `
      select 'request ' || h.id as subject, 'an end' as expected, 'open since ' || h.arrived_at as found
      from books.hold h join books.lease l on l.id = h.lease
      where h.state = 0 and coalesce(l.closed_at, greatest(l.renewed_at, pg_postmaster_start_time())) < now() - interval '80 seconds'`,
  },
  {
    name: "card-unchanged",
    states: "A published card is the text it was published as, and every charge names one.",
    sql: `
      select 'card ' || c.id || ' of ' || c.model_id as subject, encode(c.sha256, 'hex') as expected,
        encode(sha256(convert_to(c.body, 'UTF8')), 'hex') as found
      from public.card c where c.sha256 <> sha256(convert_to(c.body, 'UTF8'))
      union all
      select 'request ' || u.id, 'a card', 'card ' || u.price_card
      from books.usage_record u
      where u.charge_micros > 0 and u.price_card is not null and not exists (select from public.card c where c.id = u.price_card)`,
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
      where c.relkind in ('r', 'p') and c.relname ~ '^(transfer|line|usage_record|op)(_|$)'
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

/** Every law of the books, in the order in which they are checked. */
export const INVARIANTS: readonly Invariant[] = [...WALLETS, ...LOTS, ...JOURNAL, ...REQUESTS, ...GUARDS];

/** Check laws on one snapshot of the database. Returns the first rows that break each. */
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
