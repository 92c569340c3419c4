-- Leases that are closed after two looks, and charges for what was delivered under a hold that somebody else had ended.

-- When a look first found it lapsed; null again with each renewal.
alter table books.lease add column lapsed_at timestamptz;
-- What the last checkpoint would have charged; it stays when the hold ends.
alter table books.hold add column checkpoint_micros bigint;
-- Whether some of the reply had reached the caller when its end was sent here.
alter type books.end_item add attribute delivered boolean;

create or replace function books.renew_lease(_lease bigint) returns boolean
language sql security definer set search_path = books, pg_temp as $$
  with renewed as (
    update books.lease set renewed_at = clock_timestamp(), lapsed_at = null where id = _lease and closed_at is null
    returning 1)
  select exists (select from renewed)
$$;

drop function books.close_dead_leases(interval);
-- One look at the leases that weren't renewed for so long: note those that are new, and close those that an earlier look,
-- so long ago at least, noted and nobody renewed since. Returns how many were closed. A look counts when its caller
-- commits, which is after the answer has come: one that nobody could hear, since the server hung, counts for nothing.
create function books.close_lapsed_leases(_ttl interval, _apart interval) returns bigint
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _now timestamptz := clock_timestamp();
  _closed bigint;
begin
  update books.lease set closed_at = _now
  where closed_at is null and renewed_at < _now - _ttl and lapsed_at <= _now - _apart;
  get diagnostics _closed = row_count;
  update books.lease set lapsed_at = _now where closed_at is null and lapsed_at is null and renewed_at < _now - _ttl;
  return _closed;
end $$;

-- What a gateway reported of a request whose hold it found ended by others: what the whole of it asks, and what was
-- charged for it then, beyond what its end had charged. Written once, with the charge.
create table books.late_report (
  request uuid primary key,
  at timestamptz not null,
  -- Of the charge: its own, of the kind charge, naming the request.
  transfer uuid not null unique,
  wallet bigint not null,
  reported_micros bigint not null,
  -- What the end of the hold had charged.
  closing_micros bigint not null check (closing_micros >= 0),
  charge_micros bigint not null check (charge_micros >= 0),
  promo_micros bigint not null,
  referral_micros bigint not null,
  purchased_micros bigint not null,
  vested_micros bigint not null,
  unvested_micros bigint not null,
  -- What the wallet didn't have free, and owes since.
  debt_micros bigint not null check (debt_micros >= 0),
  -- What is above the hold: the platform's loss.
  overrun_micros bigint not null check (overrun_micros >= 0),
  -- What its supplier bills beyond the cost on the usage record, which may have been an estimate above it.
  cost_nanos bigint not null,
  meters json not null,
  multipliers json not null,
  breakdown json not null,
  cost_breakdown json not null,
  estimated boolean not null,
  capped boolean not null,
  status text not null,
  http_status smallint not null,
  error_code text,
  latency_ms integer not null,
  ttft_ms integer,
  constraint late_report_is_charged check (charge_micros + overrun_micros = reported_micros - closing_micros),
  constraint late_report_charge_is_burned check (
    promo_micros + referral_micros + purchased_micros + vested_micros + unvested_micros + debt_micros = charge_micros)
);
create trigger late_report_append_only before update or delete on books.late_report
  for each row execute function books.refuse_change();
create trigger late_report_no_truncate before truncate on books.late_report execute function books.refuse_change();

-- Usage as it is shown and added up: each record with what was charged late for it.
create view books.usage as
select u.id, u.at, u.wallet, u.api_key, u.protocol, u.mode, u.model, u.provider, u.upstream_model, u.channel, u.pool_key,
  u.key_owner, u.price_card, u.cost_card, coalesce(l.meters, u.meters) as meters,
  coalesce(l.multipliers, u.multipliers) as multipliers, coalesce(l.breakdown, u.breakdown) as breakdown,
  coalesce(l.cost_breakdown, u.cost_breakdown) as cost_breakdown,
  u.charge_micros + coalesce(l.charge_micros, 0) as charge_micros,
  u.overrun_micros + coalesce(l.overrun_micros, 0) as overrun_micros,
  u.promo_micros + coalesce(l.promo_micros, 0) as promo_micros,
  u.referral_micros + coalesce(l.referral_micros, 0) as referral_micros,
  u.purchased_micros + coalesce(l.purchased_micros, 0) as purchased_micros,
  u.vested_micros + coalesce(l.vested_micros, 0) as vested_micros,
  u.unvested_micros + coalesce(l.unvested_micros, 0) as unvested_micros,
  coalesce(l.debt_micros, 0) as debt_micros,
  u.requests, u.cost_nanos + coalesce(l.cost_nanos, 0) as cost_nanos, u.attempts,
  coalesce(l.estimated, u.estimated) as estimated, coalesce(l.capped, u.capped) as capped, u.lost, u.streamed,
  coalesce(l.status, u.status) as status, coalesce(l.http_status, u.http_status) as http_status,
  case when l.request is null then u.error_code else l.error_code end as error_code,
  coalesce(l.latency_ms, u.latency_ms) as latency_ms, coalesce(l.ttft_ms, u.ttft_ms) as ttft_ms, u.task_id, u.settled_at,
  l.at as late_at
from books.usage_record u left join books.late_report l on l.request = u.id;

-- The late charge of a request whose hold others ended: from what the wallet has free, then as debt, in all at most the
-- hold less what its end charged; the rest is the platform's overrun. False where there is nothing to charge: the hold was
-- never there, ended by its own gateway, or for as much. The caller has locked the wallet. A repetition changes nothing.
create function books.charge_late(_item books.end_item, _at timestamptz) returns boolean language plpgsql as $$
declare
  _h books.hold;
  _due bigint;
  _owed bigint;
  _cost bigint;
  _w books.wallet;
  _transfer uuid := gen_random_uuid();
begin
  if exists (select from books.late_report r where r.request = _item.hold) then return true; end if;
  select * into _h from books.hold h where h.id = _item.hold and h.state > 0
    and exists (select from books.usage_record u where u.id = h.id and u.lost);
  if not found or _item.charge_micros <= _h.charged_micros then return false; end if;
  _due := greatest(0, least(_item.charge_micros, _h.amount_micros) - _h.charged_micros);
  perform books.expire_wallet(_h.wallet, _at);
  _owed := _due - books.take(_transfer, 5::smallint, _h.wallet, _due, array[1, 2, 3, 4, 5]::smallint[], null,
    102::smallint, _at);
  if _owed > 0 then
    update books.wallet set debt = debt + _owed where id = _h.wallet returning * into _w;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _transfer, 5, _h.wallet, 6, 102, _owed,
      _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
    insert into books.delta (account, amount_micros) values (102, _owed);
  end if;
  perform books.book_overrun(_transfer, _item.charge_micros - _h.charged_micros - _due, _at);
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_transfer, _at, 5, 'key:' || _h.api_key, 'request', _h.id::text, 'charged late');
  if _h.has_legs then
    update books.counter k set used_amount = k.used_amount + _due
    from books.leg l where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
    update books.leg l set used_amount = l.used_amount + _due
    from books.counter k where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
  end if;
  _cost := books.correct_cost(_item, _at);
  insert into books.late_report
  select _h.id, _at, _transfer, _h.wallet, _item.charge_micros, _h.charged_micros, _due,
    coalesce(sum(l.amount_micros) filter (where l.from_account = 1), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 2), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 3), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 4), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 5), 0),
    _owed, _item.charge_micros - _h.charged_micros - _due, _cost,
    _item.meters, _item.multipliers, _item.breakdown, _item.cost_breakdown, _item.estimated, coalesce(_item.capped, false),
    _item.status, _item.http_status, _item.error_code, _item.latency_ms, _item.ttft_ms
  from books.line l where l.transfer = _transfer;
  return true;
end $$;

-- What a request used beyond what could be charged: the platform's loss.
create function books.book_overrun(_transfer uuid, _amount bigint, _at timestamptz) returns void language plpgsql as $$
begin
  if _amount <= 0 then return; end if;
  insert into books.line (at, transfer, kind, from_account, to_account, amount_micros)
  values (_at, _transfer, 5, 110, 102, _amount);
  insert into books.delta (account, amount_micros) values (110, -_amount), (102, _amount);
end $$;

-- What the last attempt of a request that was taken for lost has cost after all, on its key and for vesting as any other's.
-- An estimate was never folded, and is replaced; what a checkpoint had told may be folded, and what is above it is an
-- attempt of its own. Returns what this adds to the request's cost.
create function books.correct_cost(_item books.end_item, _at timestamptz) returns bigint language plpgsql as $$
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
  if _more > 0 then
    insert into books.attempt (hold, n, pool_key, state, outcome, cost_nanos, started_at)
    values (_a.hold, _a.n + 1, _a.pool_key, 1, coalesce(_item.error_code, _item.status), _more, _at);
  end if;
  return _more;
end $$;

-- The ends of a batch: set-based where wallets are plain, one by one on the slow path. Code 0 ended now, 1 had ended,
-- 7 others had ended it and it is charged late; amount: what it is charged in all.
create or replace function books.flush_ends(_items books.end_item[], _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql as $$
#variable_conflict use_column
declare
  _careful bigint[];
  _fast books.end_item[];
  _item books.end_item;
  _ids uuid[];
  _amounts bigint[];
  _id uuid;
  _amount bigint;
  _all uuid[] := array(select i.hold from unnest(_items) i);
  _late uuid[];
begin
  select array_agg(distinct h.wallet) into _careful
  from unnest(_items) i
  join books.hold h on h.id = i.hold and h.state = 0
  join books.wallet w on w.id = h.wallet
  where h.id = any (_all) and (w.debt > 0 or w.next_expiry <= _at or i.charge_micros > h.amount_micros);
  if _careful is null then
    _fast := _items;
  else
    select array_agg(i) into _fast
    from unnest(_items) i join books.hold h on h.id = i.hold
    where h.id = any (_all) and h.wallet <> all (_careful);
  end if;
  select array_agg(e.hold), array_agg(e.charged_micros) into _ids, _amounts from books.end_holds(_fast, _at) e;
  if _careful is not null then
    foreach _item in array _items loop
      select e.hold, e.charged_micros into _id, _amount
      from books.hold h, books.end_hold_with_care(_item, _at) e
      where h.id = _item.hold and h.wallet = any (_careful);
      if found then
        _ids := _ids || _id;
        _amounts := _amounts || _amount;
      end if;
    end loop;
    perform books.expire_wallet(w, _at), books.pay_debt(w, _at) from unnest(_careful) w;
  end if;
  -- What was delivered under a hold that others had ended is charged after all.
  for _item in select i.* from unnest(_items) i where i.delivered and not i.released and i.hold <> all (coalesce(_ids, '{}')) loop
    if books.charge_late(_item, _at) then _late := _late || _item.hold; end if;
  end loop;
  return query
  select 4::smallint, i.hold, case when d.id is not null then 0 when i.hold = any (_late) then 7 else 1 end::smallint,
    coalesce(d.amount, (select h.charged_micros + coalesce(r.charge_micros, 0)
      from books.hold h left join books.late_report r on r.request = h.id where h.id = i.hold), 0),
    case when d.id is null then (select json_build_object('released', h.state = 2, 'lost', u.lost)
      from books.hold h join books.usage_record u on u.id = h.id where h.id = i.hold) end
  from unnest(_items) i
  left join unnest(_ids, _amounts) d(id, amount) on d.id = i.hold;
end $$;

-- Grow holds and note what streams have used. Code 0 held, 1 hold closed, 2 short (amount: spendable).
create or replace function books.flush_extends(_items books.extend_item[], _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql as $$
#variable_conflict use_column
declare
  _item books.extend_item;
  _add bigint;
  _h books.hold;
  _w books.wallet;
  _ids uuid[] := array(select i.hold from unnest(_items) i);
begin
  update books.hold h set checkpoint = i.checkpoint, checkpoint_micros = (i.checkpoint ->> 'chargeMicros')::bigint
  from unnest(_items) i where h.id = any (_ids) and h.id = i.hold and h.state = 0 and i.checkpoint is not null;
  return query
  select 3::smallint, i.hold, case when h.id is null then 1 else 0 end::smallint, null::bigint, null::json
  from unnest(_items) i left join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0 where i.to_micros is null;
  foreach _item in array _items loop
    continue when _item.to_micros is null;
    verb := 3; id := _item.hold; code := 0; amount := null; extra := null;
    select * into _h from books.hold h where h.id = _item.hold and h.state = 0;
    _add := greatest(0, _item.to_micros - _h.amount_micros);
    if not found then
      code := 1;
    elsif _add > 0 then
      select * into _w from books.wallet w where w.id = _h.wallet;
      amount := books.spendable(_w);
      if _add > amount or exists (
        select from books.leg l join books.counter k on k.id = l.counter
        where l.hold = _h.id and k.unit = 'micros' and k.used_amount + k.held_amount + _add > k.limit_amount
      ) then
        code := 2;
      else
        update books.hold h set amount_micros = _item.to_micros where h.id = _h.id;
        update books.wallet w set held = w.held + _add where w.id = _h.wallet;
        update books.counter k set held_amount = k.held_amount + _add
        from books.leg l where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
        update books.leg l set held_amount = l.held_amount + _add
        from books.counter k where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
      end if;
    end if;
    return next;
  end loop;
end $$;

-- A result under an idempotency key is stored before its request is settled, and is given again once it is charged.
alter table public.kept_reply drop column is_done;

revoke execute on all functions in schema books from public;
