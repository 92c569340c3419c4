/** An invariant of the ledger: its query gives the rows that violate it, as subject, expected and found. */
export type Invariant = { name: string; states: string; sql: string };

/** Invariants of wallets: their sources, debt, advance, holds and running balances. */
export const WALLET_INVARIANTS: Invariant[] = [
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
    states: "What a wallet holds is the sum of its open holds and of what is frozen of it.",
    sql: `
      select 'wallet ' || w.id as subject, (coalesce(h.amount, 0) + coalesce(f.amount, 0))::text as expected,
        w.held::text as found
      from books.wallet w
      left join (select wallet, sum(amount_micros)::bigint as amount from books.hold where closed_at is null group by wallet) h
        on h.wallet = w.id
      left join (select wallet, sum(amount_micros)::bigint as amount from books.freeze group by wallet) f on f.wallet = w.id
      where w.held <> coalesce(h.amount, 0) + coalesce(f.amount, 0)`,
  },
  {
    name: "next-expiry-is-due",
    states: "A wallet knows of the earliest expiry among its lots: what is past it is never spendable.",
    sql: `
      select 'wallet ' || w.id as subject, l.expires_at::text as expected, w.next_expiry::text as found
      from books.wallet w
      join (select wallet, min(expires_at) as expires_at from books.lot where is_live and expires_at is not null
            group by wallet) l on l.wallet = w.id
      where w.next_expiry is null or w.next_expiry > l.expires_at`,
  },
];

/** Invariants of lots: what came in, what went out, what is left. */
export const LOT_INVARIANTS: Invariant[] = [
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

/** What payers were charged for each request, by the journal. */
const CHARGES = `
  select coalesce(r.request, l.transfer) as hold, sum(l.amount_micros) as amount
  from books.line l left join books.late_report r on r.transfer = l.transfer
  where l.kind = 5 and l.wallet is not null and l.to_account = 102 group by 1`;

/** What contributions are said to have vested follows from the attempts that they served, and from the journal. */
export const VESTING_INVARIANTS: readonly Invariant[] = [
  {
    name: "vesting-equals-attempts",
    states:
      "What a contribution's key cost, what its requests were charged, what vested and how often it served are the sums of its attempts; number 0 is a probe, which serves nobody.",
    sql: `
      select 'contribution ' || c.id as subject,
        row(coalesce(v.cost, 0), coalesce(v.charged, 0), coalesce(v.vested, 0), coalesce(v.n, 0))::text as expected,
        row(c.cost_nanos, c.charged_micros, c.vested_micros, c.requests_served)::text as found
      from public.contribution_totals c
      left join (select contribution_id, sum(cost_nanos)::bigint as cost, sum(charged_micros)::bigint as charged,
                   sum(vested_micros)::bigint as vested, count(*) filter (where n > 0) as n
                 from public.vested_request group by contribution_id) v on v.contribution_id = c.id
      where row(c.cost_nanos, c.charged_micros, c.vested_micros, c.requests_served)
        is distinct from row(coalesce(v.cost, 0), coalesce(v.charged, 0), coalesce(v.vested, 0), coalesce(v.n, 0))`,
  },
  {
    name: "vesting-charge-equals-lines",
    states: "A request counts for the vesting of one key at most, and there with what its payer was charged.",
    sql: `
      select 'request ' || v.hold as subject, coalesce(l.amount, 0)::text as expected, v.charged::text as found
      from (select hold, sum(charged_micros) as charged from public.vested_request group by hold) v
      left join (${CHARGES}) l on l.hold = v.hold
      where v.charged > 0 and v.charged <> coalesce(l.amount, 0)
        -- What was charged late comes with an attempt of its own.
        and not (v.charged < l.amount and exists (
          select from books.attempt a where a.hold = v.hold and a.state = 1 and a.folded_at is null))`,
  },
  {
    name: "vested-within-charges",
    states: "A contribution has vested no more than what its requests were charged less the fee of its grant.",
    sql: `
      with charged as (
        select v.contribution_id as id, sum(l.amount) as amount
        from (select distinct hold, contribution_id from public.vested_request where charged_micros > 0) v
        join (${CHARGES}) l on l.hold = v.hold group by 1)
      select 'contribution ' || c.id as subject, 'at most ' || b.bound as expected, c.vested_micros::text as found
      from public.contribution_totals c
      left join charged s on s.id = c.id
      cross join lateral (select c.base_earned_micros + c.excess_micros
        + floor((coalesce(s.amount, 0) - c.base_charged_micros) * (1 - c.fee_share::numeric)) as bound) b
      where c.vested_micros > b.bound`,
  },
  {
    name: "contributions-equal-lines",
    states: "What a contributor's wallet was granted, vested and was taken back is what their contributions say.",
    sql: `
      with moved as (
        select wallet,
          coalesce(sum(amount_micros) filter (where kind = 7 and to_account = 5), 0)::bigint as granted,
          coalesce(sum(amount_micros) filter (where kind = 8), 0)::bigint as vested,
          -- What vested after all came out of what had been taken.
          (coalesce(sum(amount_micros) filter (where kind = 9 and to_account > 100), 0)
            - coalesce(sum(amount_micros) filter (where kind = 8 and from_account > 100), 0))::bigint as taken
        from books.line where wallet is not null and kind in (7, 8, 9) group by wallet),
      said as (
        select wallet_id as wallet, sum(net_micros)::bigint as granted, sum(vested_micros)::bigint as vested,
          sum(taken_micros)::bigint as taken
        from public.contribution_totals group by wallet_id)
      select 'wallet ' || s.wallet as subject,
        row(coalesce(m.granted, 0), coalesce(m.vested, 0), coalesce(m.taken, 0))::text as expected,
        row(s.granted, s.vested, s.taken)::text as found
      from said s left join moved m on m.wallet = s.wallet
      where row(s.granted, s.vested, s.taken)
        is distinct from row(coalesce(m.granted, 0), coalesce(m.vested, 0), coalesce(m.taken, 0))`,
  },
];
