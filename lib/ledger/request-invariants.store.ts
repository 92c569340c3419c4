import type { Invariant } from "./wallet-invariants.store";

// Usage goes after 13 months and closed holds after 400 days: invariants that compare the two look no further back.
const YOUNG = "390 days";

/** Invariants of requests: holds, usage records, attempts, counters and cards. */
export const REQUEST_INVARIANTS: Invariant[] = [
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
        from books.line l where kind = 5 and at > now() - interval '${YOUNG}'
          and not exists (select from books.late_report r where r.transfer = l.transfer)
        group by transfer)
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
    name: "late-report-is-charged",
    states: "Each late report has its charge, source by source, and no more than the hold of a request that was lost.",
    sql: `
      with moved as (
        select r.request,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 1), 0) as promo,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 2), 0) as referral,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 3), 0) as purchased,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 4), 0) as vested,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 5), 0) as unvested,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 6), 0) as debt,
          coalesce(sum(l.amount_micros) filter (where l.from_account = 110), 0) as overrun
        from books.late_report r left join books.line l on l.transfer = r.transfer and l.at = r.at and l.kind = 5
          and l.to_account = 102 and l.wallet is not distinct from case when l.from_account = 110 then null else r.wallet end
        group by r.request)
      select 'request ' || r.request as subject,
        row(r.promo_micros, r.referral_micros, r.purchased_micros, r.vested_micros, r.unvested_micros, r.debt_micros,
          r.overrun_micros)::text as expected,
        row(m.promo, m.referral, m.purchased, m.vested, m.unvested, m.debt, m.overrun)::text as found
      from books.late_report r join moved m on m.request = r.request
      where row(r.promo_micros, r.referral_micros, r.purchased_micros, r.vested_micros, r.unvested_micros, r.debt_micros,
          r.overrun_micros)
        is distinct from row(m.promo, m.referral, m.purchased, m.vested, m.unvested, m.debt, m.overrun)
      union all
      select 'request ' || r.request, 'a lost one charged ' || r.closing_micros || ', late up to its hold',
        'lost ' || coalesce(u.lost::text, 'unknown') || ', ' || coalesce(h.charged_micros::text, 'nothing') || ' of '
          || coalesce(h.amount_micros::text, 'no hold') || ', late ' || r.charge_micros
      from books.late_report r
      left join books.hold h on h.id = r.request left join books.usage_record u on u.id = r.request
      where r.at > now() - interval '${YOUNG}' and (h.state is null or h.state = 0 or u.lost is distinct from true
        or r.wallet <> h.wallet or r.closing_micros <> h.charged_micros
        or r.charge_micros <> greatest(0, least(r.reported_micros, h.amount_micros) - h.charged_micros))`,
  },
  {
    name: "checkpoint-is-charged",
    states: "A request whose checkpoint would have charged something ended with a charge or an overrun.",
    sql: `
      select 'request ' || h.id as subject, 'a charge or an overrun, at its checkpoint ' || h.checkpoint_micros as expected,
        'none' as found
      from books.hold h left join books.usage u on u.id = h.id
      where h.state > 0 and h.checkpoint_micros > 0 and h.closed_at > now() - interval '${YOUNG}'
        and coalesce(u.charge_micros + u.overrun_micros, 0) = 0`,
  },
  {
    name: "cost-equals-attempts",
    states: "What a request cost is the sum of what its attempts cost.",
    sql: `
      select 'request ' || u.id as subject, coalesce(a.cost, 0)::text as expected, u.cost_nanos::text as found
      from books.usage u
      join books.hold h on h.id = u.id
      left join (select hold, sum(cost_nanos)::bigint as cost from books.attempt group by hold) a on a.hold = u.id
      where u.cost_nanos <> coalesce(a.cost, 0)`,
  },
  {
    name: "key-cost-equals-attempts",
    states:
      "What a pool key has cost is the sum of its folded attempts, and of its probes where an advance rests on it.",
    sql: `
      select 'pool key ' || k.id as subject, (coalesce(a.cost, 0) + coalesce(p.cost, 0))::text as expected,
        k.cost_nanos::text as found
      from public.pool_key_status k
      left join (select pool_key_id, sum(cost_nanos)::bigint as cost from public.vested_request
                 where n = 0 group by 1) p on p.pool_key_id = k.id
      left join (select pool_key, sum(cost_nanos)::bigint as cost from books.attempt where folded_at is not null
                 group by pool_key) a on a.pool_key = k.id
      where k.created_at > now() - interval '${YOUNG}' and k.cost_nanos <> coalesce(a.cost, 0) + coalesce(p.cost, 0)`,
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
      where h.closed_at is null and coalesce(l.closed_at, greatest(l.renewed_at, pg_postmaster_start_time())) < now() - interval '80 seconds'`,
  },
  {
    name: "card-unchanged",
    states: "A published card is the text it was published as, and every charge names one.",
    sql: `
      select 'card ' || c.id || ' of ' || c.model_id as subject, encode(c.sha256, 'hex') as expected,
        encode(c.found, 'hex') as found
      from public.altered_card c
      union all
      select 'request ' || u.id, 'a card', 'card ' || u.price_card
      from books.usage_record u
      where u.charge_micros > 0 and u.price_card is not null and not exists (select from public.card_version c where c.id = u.price_card)`,
  },
];
