import type { Invariant } from "./invariant";

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
      from public.contribution c
      left join (select contribution_id, sum(cost_nanos)::bigint as cost, sum(charged_micros)::bigint as charged,
                   sum(vested_micros)::bigint as vested, count(*) filter (where n > 0) as n
                 from public.vesting group by contribution_id) v on v.contribution_id = c.id
      where row(c.cost_nanos, c.charged_micros, c.vested_micros, c.requests_served)
        is distinct from row(coalesce(v.cost, 0), coalesce(v.charged, 0), coalesce(v.vested, 0), coalesce(v.n, 0))`,
  },
  {
    name: "vesting-charge-equals-lines",
    states: "A request counts for the vesting of one key at most, and there with what its payer was charged.",
    sql: `
      select 'request ' || v.hold as subject, coalesce(l.amount, 0)::text as expected, v.charged::text as found
      from (select hold, sum(charged_micros) as charged from public.vesting group by hold) v
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
        from (select distinct hold, contribution_id from public.vesting where charged_micros > 0) v
        join (${CHARGES}) l on l.hold = v.hold group by 1)
      select 'contribution ' || c.id as subject, 'at most ' || b.bound as expected, c.vested_micros::text as found
      from public.contribution c
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
        from public.contribution group by wallet_id)
      select 'wallet ' || s.wallet as subject,
        row(coalesce(m.granted, 0), coalesce(m.vested, 0), coalesce(m.taken, 0))::text as expected,
        row(s.granted, s.vested, s.taken)::text as found
      from said s left join moved m on m.wallet = s.wallet
      where row(s.granted, s.vested, s.taken)
        is distinct from row(coalesce(m.granted, 0), coalesce(m.vested, 0), coalesce(m.taken, 0))`,
  },
];
