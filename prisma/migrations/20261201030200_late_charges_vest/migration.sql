-- A late charge counts for vesting when it is booked: the attempt that it leaves brings it to the folder.

-- As before, but what comes late to an attempt that was settled is always an attempt of its own, if only for the charge.
create or replace function books.correct_cost(_item books.end_item, _at timestamptz) returns bigint language plpgsql as $$
declare
  _a books.attempt;
  _more bigint;
begin
  select * into _a from books.attempt a where a.hold = _item.hold order by a.n desc limit 1;
  if not found then return 0; end if;
  if _a.state = 3 then
    update books.attempt a set state = 1, outcome = coalesce(_item.error_code, _item.status), cost_nanos = _item.cost_nanos
    where a.hold = _a.hold and a.n = _a.n;
    return _item.cost_nanos - _a.cost_nanos;
  end if;
  _more := greatest(0, _item.cost_nanos - _a.cost_nanos);
  insert into books.attempt (hold, n, pool_key, state, outcome, cost_nanos, started_at)
  values (_a.hold, _a.n + 1, _a.pool_key, 1, coalesce(_item.error_code, _item.status), _more, _at);
  return _more;
end $$;

-- What an attempt brought in. The last one of a hold that was settled served it; of one that was charged late as well, the
-- last brought in the late charge, and the one before it what the end of the hold had charged.
create function books.charge_of_attempt(_hold uuid, _n smallint) returns bigint language sql stable as $$
  select coalesce(case
    when later.n = 0 then case when h.state = 1 and r.request is null then h.charged_micros else r.charge_micros end
    when later.n = 1 and h.state = 1 and r.request is not null then h.charged_micros end, 0)
  from books.hold h
  left join books.late_report r on r.request = h.id
  cross join lateral (select count(*) as n from books.attempt x where x.hold = h.id and x.n > _n) later
  where h.id = _hold
$$;

create or replace function books.fold_attempts(_limit integer)
returns table (hold uuid, n smallint, pool_key uuid, cost_nanos bigint, charge_micros bigint, started_at timestamptz)
language sql security definer set search_path = books, pg_temp as $$
  with picked as (
    select a.hold, a.n from books.attempt a where a.state = 1 and a.folded_at is null
    order by a.hold, a.n limit _limit for update skip locked)
  update books.attempt a set folded_at = now() from picked p where a.hold = p.hold and a.n = p.n
  returning a.hold, a.n, a.pool_key, a.cost_nanos, coalesce(books.charge_of_attempt(a.hold, a.n), 0), a.started_at
$$;
revoke execute on all functions in schema books from public;
