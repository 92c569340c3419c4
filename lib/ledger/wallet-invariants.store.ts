import type { Invariant } from "./invariant";

/** Laws on wallets: their sources, debt, advance, holds and running balances. */
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
    states: "What a wallet holds is the sum of its open holds.",
    sql: `
      select 'wallet ' || w.id as subject, coalesce(h.amount, 0)::text as expected, w.held::text as found
      from books.wallet w
      left join (select wallet, sum(amount_micros)::bigint as amount from books.hold where closed_at is null group by wallet) h
        on h.wallet = w.id
      where w.held <> coalesce(h.amount, 0)`,
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

/** Laws on lots: what came in, what went out, what is left. */
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
