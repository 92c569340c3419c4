-- Group commit: one call does a batch of reserves, attempts, extends and ends of holds, all of it or nothing.

create type books.reserve_item as (
  hold uuid, wallet bigint, api_key uuid, amount_micros bigint, arrived_at timestamptz, draft json, pool_key uuid, legs json
);
create type books.leg_item as (owner uuid, kind text, period text, unit text, "limit" bigint, amount bigint);
create type books.attempt_item as (
  hold uuid, n smallint, pool_key uuid, previous_outcome text, previous_cost_nanos bigint
);
-- `to_micros` is absolute, so that a repeated extend grows the hold once; null leaves the amount as it is.
create type books.extend_item as (hold uuid, to_micros bigint, checkpoint json);
-- The end of a hold: a settlement, or with `released` an end without a charge.
create type books.end_item as (
  hold uuid, n smallint, released boolean, charge_micros bigint, overrun_micros bigint,
  cost_nanos bigint, total_cost_nanos bigint,
  channel text, pool_key uuid, key_owner uuid, upstream_model text,
  meters json, multipliers json, breakdown json, cost_breakdown json, attempts json,
  requests integer, estimated boolean, capped boolean, lost boolean,
  status text, http_status smallint, error_code text, latency_ms integer, ttft_ms integer,
  -- Of a reservation that was given up and may yet be committed: its hold is made, so that it can't be any more, and ended.
  wallet bigint, api_key uuid, arrived_at timestamptz, draft json
);

-- What a reservation may take: everything that isn't held, of unvested credits no more than the advance allows.
create function books.spendable(_w books.wallet) returns bigint language sql immutable as $$
  select case when _w.debt > 0 then 0 else greatest(0,
    _w.promo + _w.referral + _w.purchased + _w.vested
    + least(_w.unvested, greatest(0, _w.advance_limit - _w.advance)) - _w.held) end
$$;

-- End holds whose wallets can pay: each charge is an interval of the wallet's running sum, each lot too, and what
-- overlaps is burned: promo by expiry, referral, purchased by age, vested, unvested. One line per lot burned.
create function books.end_holds(_items books.end_item[], _at timestamptz)
returns table (hold uuid, charged_micros bigint) language plpgsql set enable_nestloop = off as $$
#variable_conflict use_column
declare
  _ids uuid[] := array(select i.hold from unnest(_items) i);
  _wallets bigint[] := array(select distinct h.wallet from books.hold h where h.id = any (_ids));
begin
  return query
  with closed as (
    update books.hold h
    set state = case when i.released then 2 else 1 end, charged_micros = i.charge_micros, closed_at = _at, checkpoint = null
    from unnest(_items) with ordinality i
    where h.id = any (_ids) and h.id = i.hold and h.state = 0
    returning h.id, h.wallet, h.api_key, h.amount_micros, h.arrived_at, h.has_legs, h.draft, i.n, i.released, i.charge_micros, i.overrun_micros,
      i.cost_nanos, i.total_cost_nanos, i.channel, i.pool_key, i.key_owner, i.upstream_model, i.meters, i.multipliers,
      i.breakdown, i.cost_breakdown, i.attempts, i.requests, i.estimated, i.capped, i.lost, i.status, i.http_status, i.error_code,
      i.latency_ms, i.ttft_ms, i.ordinality
  ),
  total as materialized (
    select wallet, sum(charge_micros)::bigint as need, sum(amount_micros)::bigint as held, min(arrived_at) as arrived_at
    from closed group by wallet
  ),
  due as materialized (
    select id, wallet, ordinality, charge_micros,
      sum(charge_micros) over (partition by wallet order by ordinality)::bigint as upto
    from closed where charge_micros > 0
  ),
  supply as materialized (
    select t.wallet, s.source, s.lot, s.amount,
      coalesce(sum(s.amount) over (partition by t.wallet order by s.rank, s.expires_at nulls last, s.lot
        rows between unbounded preceding and 1 preceding), 0)::bigint as before,
      w.promo + w.referral + w.purchased + w.vested + w.unvested as balance
    from total t
    join books.wallet w on w.id = any (_wallets) and w.id = t.wallet
    cross join lateral (
      select 1 as rank, 1 as source, l.id as lot, l.remaining_micros as amount, l.expires_at
      from books.lot l
      where l.wallet = t.wallet and l.source = 1 and l.is_live
        and (l.expires_at is null or l.expires_at > t.arrived_at)
      union all select 2, 2, null, w.referral, null where w.referral > 0
      union all select 3, 3, l.id, l.remaining_micros, null
      from books.lot l where l.wallet = t.wallet and l.source = 3 and l.is_live
      union all select 4, 4, null, w.vested, null where w.vested > 0
      union all select 5, 5, null, w.unvested, null where w.unvested > 0
    ) s
    where t.need > 0
  ),
  burn as materialized (
    select d.id, d.wallet, d.ordinality, s.source, s.lot, s.before,
      (least(d.upto, s.before + s.amount) - greatest(d.upto - d.charge_micros, s.before))::bigint as amount,
      s.balance - least(d.upto, s.before + s.amount) as balance_after
    from due d
    join supply s on s.wallet = d.wallet and s.before < d.upto and s.before + s.amount > d.upto - d.charge_micros
  ),
  split as materialized (
    select id, wallet,
      coalesce(sum(amount) filter (where source = 1), 0)::bigint as promo,
      coalesce(sum(amount) filter (where source = 2), 0)::bigint as referral,
      coalesce(sum(amount) filter (where source = 3), 0)::bigint as purchased,
      coalesce(sum(amount) filter (where source = 4), 0)::bigint as vested,
      coalesce(sum(amount) filter (where source = 5), 0)::bigint as unvested
    from burn group by id, wallet
  ),
  by_wallet as materialized (
    select wallet, sum(promo)::bigint as promo, sum(referral)::bigint as referral, sum(purchased)::bigint as purchased,
      sum(vested)::bigint as vested, sum(unvested)::bigint as unvested
    from split group by wallet
  ),
  wallets as (
    update books.wallet w
    set promo = w.promo - coalesce(b.promo, 0), referral = w.referral - coalesce(b.referral, 0),
      purchased = w.purchased - coalesce(b.purchased, 0), vested = w.vested - coalesce(b.vested, 0),
      unvested = w.unvested - coalesce(b.unvested, 0), advance = w.advance + coalesce(b.unvested, 0),
      held = w.held - t.held
    from total t left join by_wallet b on b.wallet = t.wallet
    where w.id = any (_wallets) and w.id = t.wallet
  ),
  lots as (
    update books.lot l set remaining_micros = l.remaining_micros - b.amount
    from (select lot, sum(amount)::bigint as amount from burn where lot is not null group by lot) b
    where l.wallet = any (_wallets) and l.is_live and l.id = b.lot
  ),
  transfers as (
    insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
    select id, _at, 5, 'key:' || api_key, 'request', id::text from closed where charge_micros > 0
  ),
  lines as (
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
    select _at, id, 5, wallet, source, 102, lot, amount, balance_after from burn order by wallet, ordinality, before
  ),
  attempts as (
    update books.attempt a
    -- What a crash lost is an estimate: it is on the record, and neither on the key nor vested.
    set state = case when not c.released then 1 when c.lost then 3 when c.cost_nanos > 0 then 1 else 2 end,
      outcome = coalesce(c.error_code, c.status), cost_nanos = c.cost_nanos
    from closed c where a.hold = any (_ids) and a.hold = c.id and a.n = c.n
  ),
  legs as (
    update books.leg l
    set used_amount = case when c.released then 0 when k.unit = 'requests' then c.requests else c.charge_micros end
    from closed c, books.counter k
    where c.has_legs and l.hold = any (_ids) and l.hold = c.id
      and k.id = any (array(select x.counter from books.leg x where x.hold = any (_ids))) and k.id = l.counter
    returning l.counter, l.held_amount, l.used_amount
  ),
  counters as (
    update books.counter k set held_amount = k.held_amount - l.held, used_amount = k.used_amount + l.used
    from (select counter, sum(held_amount)::bigint as held, sum(used_amount)::bigint as used from legs group by counter) l
    where k.id = any (array(select counter from legs)) and k.id = l.counter
  ),
  records as (
    insert into books.usage_record (id, at, wallet, api_key, protocol, mode, model, provider, upstream_model, channel,
      pool_key, key_owner, price_card, cost_card, meters, multipliers, breakdown, cost_breakdown,
      charge_micros, overrun_micros, promo_micros, referral_micros, purchased_micros, vested_micros, unvested_micros,
      requests, cost_nanos, attempts, estimated, capped, lost, streamed, status, http_status, error_code,
      latency_ms, ttft_ms, settled_at)
    select c.id, c.arrived_at, c.wallet, c.api_key, d.protocol, d.mode, d.model, d.provider, c.upstream_model, c.channel,
      c.pool_key, c.key_owner, d.price_card, d.cost_card, c.meters, c.multipliers, c.breakdown, c.cost_breakdown,
      c.charge_micros, c.overrun_micros, coalesce(s.promo, 0), coalesce(s.referral, 0), coalesce(s.purchased, 0),
      coalesce(s.vested, 0), coalesce(s.unvested, 0), c.requests, c.total_cost_nanos, c.attempts, c.estimated,
      coalesce(c.capped, false), c.lost, d.streamed, c.status, c.http_status, c.error_code, c.latency_ms, c.ttft_ms, _at
    from closed c
    cross join lateral json_to_record(c.draft) as d(protocol text, mode text, model text, provider text,
      price_card bigint, cost_card bigint, streamed boolean)
    left join split s on s.id = c.id
  ),
  platform as (
    insert into books.delta (account, amount_micros)
    select 102, sum(charge_micros)::bigint from closed having sum(charge_micros) > 0
  )
  select id, charge_micros from closed;
end $$;

-- End one hold of a wallet that needs care: a debt, a lot past its expiry, or a charge above its hold. What is charged
-- above the hold is what the free balance and the counters allow; the rest is the platform's overrun.
create function books.end_hold_with_care(_item books.end_item, _at timestamptz)
returns table (hold uuid, charged_micros bigint) language plpgsql as $$
#variable_conflict use_column
declare
  _h books.hold;
  _w books.wallet;
  _cap bigint;
  _room bigint;
begin
  select * into _h from books.hold where id = _item.hold and state = 0;
  if not found then return; end if;
  select * into _w from books.wallet where id = _h.wallet;
  if _item.charge_micros > _h.amount_micros then
    _cap := _h.amount_micros + books.spendable(_w);
    select min(l.held_amount + greatest(0, k.limit_amount - k.used_amount - k.held_amount)) into _room
    from books.leg l join books.counter k on k.id = l.counter
    where l.hold = _h.id and k.unit = 'micros' and k.limit_amount is not null;
    if _room is not null then _cap := least(_cap, greatest(_room, _h.amount_micros)); end if;
    if _item.charge_micros > _cap then
      _item.overrun_micros := _item.charge_micros - _cap;
      _item.charge_micros := _cap;
    end if;
  end if;
  return query select * from books.end_holds(array[_item], _at);
  if _item.overrun_micros > 0 then
    if _item.charge_micros = 0 then
      insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
      values (_h.id, _at, 5, 'key:' || _h.api_key, 'request', _h.id::text);
    end if;
    insert into books.line (at, transfer, kind, from_account, to_account, amount_micros)
    values (_at, _h.id, 5, 110, 102, _item.overrun_micros);
    insert into books.delta (account, amount_micros) values (110, -_item.overrun_micros), (102, _item.overrun_micros);
  end if;
end $$;

-- Reserve one at a time, in order of arrival: where a wallet can't take its whole batch, or counters are asked.
create function books.reserve_one(_item books.reserve_item, _lease bigint, _at timestamptz,
  out code smallint, out amount bigint, out extra json) language plpgsql as $$
declare
  _w books.wallet;
  _leg books.leg_item;
  _k books.counter;
begin
  select case when h.state = 0 then 1 else 6 end into code from books.hold h where h.id = _item.hold;
  if found then return; end if;
  perform books.expire_wallet(_item.wallet, _at);
  select * into _w from books.wallet where id = _item.wallet;
  if _w.debt > 0 then code := 3; amount := _w.debt; return; end if;
  if not found or _item.amount_micros > books.spendable(_w) then
    code := 2; amount := coalesce(books.spendable(_w), 0); return;
  end if;
  for _leg in
    select l.owner, l.kind, l.period, min(l.unit), min(l."limit"), sum(l.amount)::bigint
    from json_populate_recordset(null::books.leg_item, coalesce(_item.legs, '[]')) l group by l.owner, l.kind, l.period
  loop
    select * into _k from books.counter k
    where k.owner = _leg.owner and k.kind = _leg.kind and k.period = _leg.period;
    if _leg."limit" is not null and _k.used_amount + _k.held_amount + _leg.amount > _leg."limit" then
      code := 4;
      extra := json_build_object('owner', _leg.owner, 'kind', _leg.kind, 'period', _leg.period,
        'used', _k.used_amount, 'held', _k.held_amount);
      return;
    end if;
  end loop;
  insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, has_legs, draft)
  values (_item.hold, _item.wallet, _lease, _item.api_key, _item.amount_micros, least(_item.arrived_at, _at),
    json_array_length(coalesce(_item.legs, '[]')) > 0, _item.draft);
  insert into books.attempt (hold, n, pool_key, started_at) values (_item.hold, 1, _item.pool_key, _at);
  update books.wallet set held = held + _item.amount_micros where id = _item.wallet;
  with asked as (
    insert into books.leg (hold, counter, held_amount)
    select _item.hold, k.id, sum(l.amount)
    from json_populate_recordset(null::books.leg_item, coalesce(_item.legs, '[]')) l
    join books.counter k on k.owner = l.owner and k.kind = l.kind and k.period = l.period
    group by k.id
    returning counter, held_amount
  )
  update books.counter k set held_amount = k.held_amount + a.held_amount from asked a where k.id = a.counter;
  code := 0;
end $$;

-- Make and lock the counters that a batch asks for, in the order of their ids; their limits are what the batch says.
-- A counter belongs to one wallet's account: that wallet's lock stands before its own, so that no two batches cross.
create function books.lock_counters(_items books.reserve_item[]) returns void language plpgsql as $$
begin
  if not exists (select from unnest(_items) i where i.legs is not null) then return; end if;
  insert into books.counter (owner, kind, period, unit, limit_amount)
  select distinct on (l.owner, l.kind, l.period) l.owner, l.kind, l.period, coalesce(l.unit, 'micros'), l."limit"
  from unnest(_items) i, json_populate_recordset(null::books.leg_item, coalesce(i.legs, '[]')) l
  order by l.owner, l.kind, l.period
  on conflict (owner, kind, period) do update set limit_amount = excluded.limit_amount
  where books.counter.limit_amount is distinct from excluded.limit_amount;
  perform from books.counter k
  where (k.owner, k.kind, k.period) in (
    select l.owner, l.kind, l.period
    from unnest(_items) i, json_populate_recordset(null::books.leg_item, coalesce(i.legs, '[]')) l)
  order by k.id for update;
end $$;

-- The ends of a batch: set-based where wallets are plain, one by one where they need care. Code 0 ended now, 1 had ended.
create function books.flush_ends(_items books.end_item[], _at timestamptz)
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
  return query
  select 4::smallint, i.hold, case when d.id is null then 1 else 0 end::smallint,
    coalesce(d.amount, (select h.charged_micros from books.hold h where h.id = i.hold), 0),
    case when d.id is null then (select json_build_object('released', h.state = 2, 'lost', u.lost)
      from books.hold h join books.usage_record u on u.id = h.id where h.id = i.hold) end
  from unnest(_items) i
  left join unnest(_ids, _amounts) d(id, amount) on d.id = i.hold;
end $$;

-- Reserve for wallets that can take all that is asked of them. Code 0 held, 1 repeated, 6 repeated and ended since.
create function books.reserve_together(_items books.reserve_item[], _lease bigint, _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql set enable_nestloop = off as $$
#variable_conflict use_column
declare
  _wallets bigint[] := array(select distinct i.wallet from unnest(_items) i);
begin
  return query
  with held as (
    insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, draft)
    select f.hold, f.wallet, _lease, f.api_key, f.amount_micros, least(f.arrived_at, _at), f.draft from unnest(_items) f
    on conflict do nothing
    returning id, wallet, amount_micros
  ),
  attempts as (
    insert into books.attempt (hold, n, pool_key, started_at)
    select f.hold, 1, f.pool_key, _at from unnest(_items) f join held h on h.id = f.hold
  ),
  wallets as (
    update books.wallet w set held = w.held + s.amount
    from (select wallet, sum(amount_micros)::bigint as amount from held group by wallet) s
    where w.id = any (_wallets) and w.id = s.wallet
  )
  select 1::smallint, f.hold, case when h.id is not null then 0
    when (select o.state > 0 from books.hold o where o.id = f.hold) then 6 else 1 end::smallint, null::bigint, null::json
  from unnest(_items) f left join held h on h.id = f.hold;
end $$;

-- The reserves of a batch: set-based for wallets that can take theirs whole, in order of arrival for the others.
-- Code 0 held, 1 repeated, 2 short (amount: spendable), 3 debt (amount), 4 over a counter's limit (extra), 5 lease closed,
-- 6 repeated and ended since.
create function books.flush_reserves(_items books.reserve_item[], _lease bigint, _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql as $$
#variable_conflict use_column
declare
  _careful bigint[];
  _item books.reserve_item;
  _r record;
begin
  if not exists (select from books.lease l where l.id = _lease and l.closed_at is null) then
    return query select 1::smallint, i.hold, 5::smallint, null::bigint, null::json from unnest(_items) i;
    return;
  end if;
  perform books.lock_counters(_items);
  select coalesce(array_agg(n.wallet), '{}') into _careful
  from (select i.wallet, sum(i.amount_micros) as need, bool_or(i.legs is not null) as has_legs
        from unnest(_items) i group by i.wallet) n
  left join lateral (
    select books.spendable(w) as spendable, w.next_expiry, w.debt from books.wallet w where w.id = n.wallet) w on true
  where n.has_legs or w.spendable is null or w.debt > 0 or w.spendable < n.need or w.next_expiry <= _at;
  return query select * from books.reserve_together(
    array(select i from unnest(_items) i where i.wallet <> all (_careful)), _lease, _at);
  if cardinality(_careful) > 0 then
    foreach _item in array _items loop
      continue when _item.wallet <> all (_careful);
      select * into _r from books.reserve_one(_item, _lease, _at);
      verb := 1; id := _item.hold; code := _r.code; amount := _r.amount; extra := _r.extra;
      return next;
    end loop;
  end if;
end $$;

-- The next attempts of open holds; what the previous one cost is kept for its key. Code 0 recorded, 1 hold closed.
create function books.flush_attempts(_items books.attempt_item[], _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql as $$
#variable_conflict use_column
declare
  _ids uuid[] := array(select i.hold from unnest(_items) i);
begin
  update books.attempt a
  set state = case when i.previous_cost_nanos > 0 then 1 else 2 end, outcome = i.previous_outcome,
    cost_nanos = i.previous_cost_nanos
  from unnest(_items) i
  where a.hold = any (_ids) and a.hold = i.hold and a.n = i.n - 1 and a.state = 0
    and exists (select from books.hold h where h.id = i.hold and h.state = 0);
  return query
  with made as (
    insert into books.attempt (hold, n, pool_key, started_at)
    select i.hold, i.n, i.pool_key, _at from unnest(_items) i
    join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0
    on conflict do nothing
  )
  select 2::smallint, i.hold, case when h.id is null then 1 else 0 end::smallint, null::bigint, null::json
  from unnest(_items) i left join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0;
end $$;

-- Grow holds and note what streams have used. Code 0 held, 1 hold closed, 2 short (amount: spendable).
create function books.flush_extends(_items books.extend_item[], _at timestamptz)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json) language plpgsql as $$
#variable_conflict use_column
declare
  _item books.extend_item;
  _add bigint;
  _h books.hold;
  _w books.wallet;
  _ids uuid[] := array(select i.hold from unnest(_items) i);
begin
  update books.hold h set checkpoint = i.checkpoint
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

-- One batch, one transaction. Ends come first, since they free what reserves may take. Null where a verb has no items.
-- A wallet that somebody holds for longer fails the batch, which comes again in halves: the others don't wait for it.
-- Plans live as long as the connection, and may be made while tables are empty: one that reads a whole table is cheap
-- then, and would stay. So sets enter holds, attempts, legs and lots by an index, with the ids of the batch as its
-- condition (`= any`), and end_holds and reserve_together join by hashing, whatever the planner believes of the sizes.
create function books.flush(_lease bigint, _reserves json, _attempts json, _extends json, _ends json)
returns table (verb smallint, id uuid, code smallint, amount bigint, extra json)
language plpgsql security definer
set search_path = books, pg_temp set lock_timeout = '250ms'
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  _at timestamptz;
  _r books.reserve_item[];
  _a books.attempt_item[];
  _x books.extend_item[];
  _e books.end_item[];
  _holds uuid[];
begin
  if _reserves is not null then
    select array_agg(i) into _r from json_populate_recordset(null::books.reserve_item, _reserves) i;
  end if;
  if _extends is not null then
    select array_agg(i) into _x from json_populate_recordset(null::books.extend_item, _extends) i;
  end if;
  if _ends is not null then
    select array_agg(i) into _e from json_populate_recordset(null::books.end_item, _ends) i;
  end if;
  if _attempts is not null then
    select array_agg(i) into _a from json_populate_recordset(null::books.attempt_item, _attempts) i;
  end if;
  select array_agg(u.hold) into _holds
  from (select i.hold from unnest(_e) i union all select i.hold from unnest(_x) i union all select i.hold from unnest(_a) i) u;
  perform 1 from books.wallet w
  where w.id = any (array(
    select i.wallet from unnest(_r) i union select i.wallet from unnest(_e) i union select h.wallet from books.hold h where h.id = any (_holds)))
  order by w.id for update;
  -- The time of the batch is when it has its wallets: an older one would reserve and burn what others have expired.
  _at := clock_timestamp();
  if _e is not null then
    insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, draft)
    select i.hold, i.wallet, _lease, i.api_key, 0, least(i.arrived_at, _at), i.draft
    from unnest(_e) i where i.wallet is not null on conflict do nothing;
    return query select * from books.flush_ends(_e, _at);
  end if;
  if _a is not null then return query select * from books.flush_attempts(_a, _at); end if;
  if _x is not null then return query select * from books.flush_extends(_x, _at); end if;
  if _r is not null then return query select * from books.flush_reserves(_r, _lease, _at); end if;
end $$;
revoke execute on all functions in schema books from public;
