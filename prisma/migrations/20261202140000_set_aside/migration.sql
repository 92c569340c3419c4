-- What fails by itself is passed over for a while, so that a loop goes on with the rest.
drop function books.fold_attempts(integer);
create function books.fold_attempts(_limit integer, _except uuid[] default '{}', _only uuid default null)
returns table(hold uuid, n smallint, pool_key uuid, cost_nanos bigint, charge_micros bigint, started_at timestamptz)
language sql security definer set search_path = books, pg_temp as $$
  with picked as (
    select a.hold, a.n from books.attempt a
    where a.state = 1 and a.folded_at is null and (_only is null or a.pool_key = _only)
      and (a.pool_key is null or a.pool_key <> all (_except))
    order by a.hold, a.n limit _limit for update skip locked)
  update books.attempt a set folded_at = now() from picked p where a.hold = p.hold and a.n = p.n
  returning a.hold, a.n, a.pool_key, a.cost_nanos, coalesce(books.charge_of_attempt(a.hold, a.n), 0), a.started_at
$$;

create function books.keys_to_fold(_limit integer, _except uuid[])
returns table(pool_key uuid)
language sql stable security definer set search_path = books, pg_temp as $$
  select distinct p.pool_key from (
    select a.pool_key from books.attempt a
    where a.state = 1 and a.folded_at is null and a.pool_key <> all (_except)
    order by a.hold, a.n limit _limit) p
$$;

drop function books.orphaned_holds(integer);
create function books.orphaned_holds(_limit integer, _except uuid[] default '{}')
returns table(hold uuid, wallet bigint, api_key uuid, amount_micros bigint, arrived_at timestamptz, draft json,
  checkpoint json, n smallint, pool_key uuid, age_ms integer, attempts json)
language sql security definer set search_path = books, pg_temp as $$
  select h.id, h.wallet, h.api_key, h.amount_micros, h.arrived_at, h.draft, h.checkpoint, a.n, a.pool_key,
    least(extract(epoch from now() - h.arrived_at) * 1000, 2147483647)::integer, t.attempts
  from books.hold h
  join books.lease l on l.id = h.lease and l.closed_at is not null
  cross join lateral (select n, pool_key from books.attempt where hold = h.id order by n desc limit 1) a
  cross join lateral (
    select json_agg(json_build_object('n', x.n, 'poolKey', x.pool_key, 'outcome', coalesce(x.outcome, 'unknown'),
      'costNanos', x.cost_nanos::text) order by x.n) as attempts from books.attempt x where x.hold = h.id) t
  where h.closed_at is null and h.id <> all (_except) limit _limit
$$;
