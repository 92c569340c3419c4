import type { Invariant } from "./invariant";

/** What contributions are said to have vested follows from the attempts that they served, and from the journal. */
export const VESTING_INVARIANTS: readonly Invariant[] = [
  {
    name: "vesting-equals-attempts",
    states: "What a contribution's key cost, what vested and how often it served are the sums of its attempts.",
    sql: `
      select 'contribution ' || c.id as subject,
        row(coalesce(v.cost, 0), coalesce(v.vested, 0), coalesce(v.n, 0))::text as expected,
        row(c.cost_nanos, c.vested_micros, c.requests_served)::text as found
      from public.contribution c
      left join (select contribution_id, sum(cost_nanos)::bigint as cost, sum(vested_micros)::bigint as vested, count(*) as n
                 from public.vesting group by contribution_id) v on v.contribution_id = c.id
      where row(c.cost_nanos, c.vested_micros, c.requests_served)
        is distinct from row(coalesce(v.cost, 0), coalesce(v.vested, 0), coalesce(v.n, 0))`,
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
