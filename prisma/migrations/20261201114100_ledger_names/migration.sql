-- The ledger's slow verbs in words that say what they are: `_posting` for what is posted, `_wallet`, `_hold`, `_lot`, `_line`
-- and `_attempt` for rows, constants for accounts and kinds. `end_hold_with_care` is `end_hold_slow_path`, `forget_old` is
-- `purge_old_holds`. They do what they did. A parameter is renamed only by making its function again.
drop function books.claw_back(books.posting, bigint, smallint);
drop function books.credit(books.posting, smallint, bigint, smallint, bigint, timestamp with time zone);
drop function books.debit(books.posting, bigint, smallint[], bigint, smallint, boolean);
drop function books.end_hold_with_care(books.end_item, timestamp with time zone);
drop function books.forget_old(integer);
drop function books.grant_contribution(books.posting, bigint, bigint);
drop function books.put_back(books.posting, smallint, smallint, bigint, bigint, timestamp with time zone);
drop function books.reverse_debit(books.posting, uuid, bigint);
drop function books.vest(books.posting, bigint);
drop function books.write_transfer(books.posting, timestamp with time zone);

create or replace function books.book_overrun(_transfer uuid, _amount bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _kind_charge constant smallint := 5;
  _account_overrun_loss constant smallint := 110;
  _account_usage_revenue constant smallint := 102;
begin
  if _amount <= 0 then return; end if;
  insert into books.line (at, transfer, kind, from_account, to_account, amount_micros)
  values (_at, _transfer, _kind_charge, _account_overrun_loss, _account_usage_revenue, _amount);
  insert into books.delta (account, amount_micros) values (_account_overrun_loss, -_amount), (_account_usage_revenue, _amount);
end $function$;

create or replace function books.charge_late(_item books.end_item, _at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  _kind_charge constant smallint := 5;
  _account_debt constant smallint := 6;
  _account_usage_revenue constant smallint := 102;
  _hold books.hold;
  _due bigint;
  _owed bigint;
  _cost bigint;
  _wallet books.wallet;
  _transfer uuid := gen_random_uuid();
begin
  if exists (select from books.late_report r where r.request = _item.hold) then return true; end if;
  select * into _hold from books.hold h where h.id = _item.hold and h.state > 0
    and exists (select from books.usage_record u where u.id = h.id and u.lost);
  if not found or _item.charge_micros <= _hold.charged_micros then return false; end if;
  _due := greatest(0, least(_item.charge_micros, _hold.amount_micros) - _hold.charged_micros);
  perform books.expire_wallet(_hold.wallet, _at);
  _owed := _due - books.take(_transfer, _kind_charge, _hold.wallet, _due, array[1, 2, 3, 4, 5]::smallint[], null,
    _account_usage_revenue, _at);
  if _owed > 0 then
    update books.wallet set debt = debt + _owed where id = _hold.wallet returning * into _wallet;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _transfer, _kind_charge, _hold.wallet, _account_debt, _account_usage_revenue, _owed,
      _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
    insert into books.delta (account, amount_micros) values (_account_usage_revenue, _owed);
  end if;
  perform books.book_overrun(_transfer, _item.charge_micros - _hold.charged_micros - _due, _at);
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_transfer, _at, _kind_charge, 'key:' || _hold.api_key, 'request', _hold.id::text, 'charged late');
  if _hold.has_legs then
    update books.counter k set used_amount = k.used_amount + _due
    from books.leg l where l.hold = _hold.id and k.id = l.counter and k.unit = 'micros';
    update books.leg l set used_amount = l.used_amount + _due
    from books.counter k where l.hold = _hold.id and k.id = l.counter and k.unit = 'micros';
  end if;
  _cost := books.correct_cost(_item, _at);
  insert into books.late_report
  select _hold.id, _at, _transfer, _hold.wallet, _item.charge_micros, _hold.charged_micros, _due,
    coalesce(sum(l.amount_micros) filter (where l.from_account = 1), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 2), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 3), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 4), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 5), 0),
    _owed, _item.charge_micros - _hold.charged_micros - _due, _cost,
    _item.meters, _item.multipliers, _item.breakdown, _item.cost_breakdown, _item.estimated, coalesce(_item.capped, false),
    _item.status, _item.http_status, _item.error_code, _item.latency_ms, _item.ttft_ms
  from books.line l where l.transfer = _transfer;
  return true;
end $function$;

create or replace function books.claw_back(_posting books.posting, _amount bigint, _to smallint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_vested constant smallint := 4;
  _account_unvested constant smallint := 5;
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _before books.wallet;
  _wallet books.wallet;
  _taken bigint;
  _covered bigint;
  _rest bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a claw-back is above zero'; end if;
  select * into _before from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _taken := books.take(_posting.transfer, _posting.kind, _posting.wallet, _amount,
    array[5, 4, 1, 2, 3]::smallint[], null, _to, _at);
  update books.wallet set debt = debt + (_amount - _taken) where id = _posting.wallet returning * into _wallet;
  _covered := least(_before.advance, _amount - (_before.unvested - _wallet.unvested));
  -- Holds kept the rest from being taken: it stays for them, as credits that are owed and no longer wait for vesting.
  _rest := least(_wallet.unvested, _amount - (_before.unvested - _wallet.unvested) - _covered);
  update books.wallet set advance = advance - _covered, unvested = unvested - _rest, vested = vested + _rest
  where id = _posting.wallet;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _posting.transfer, _posting.kind, _posting.wallet, x.source, x.account, x.amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested
  from (values 
    (_account_debt, _to, _amount - _taken),
    (_account_unvested, _account_unvested, _covered),
    (_account_unvested, _account_vested, _rest)
  ) x(source, account, amount)
  where x.amount > 0;
  insert into books.delta (account, amount_micros) select _to, _amount - _taken where _amount > _taken;
  perform books.write_transfer(_posting, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'taken', _taken::text, 'owed', (_amount - _taken)::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$;

create or replace function books.correct_cost(_item books.end_item, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _attempt books.attempt;
  _more bigint;
begin
  select * into _attempt from books.attempt a where a.hold = _item.hold order by a.n desc limit 1;
  if not found then return 0; end if;
  if _attempt.state = 3 then
    update books.attempt a set state = 1, outcome = coalesce(_item.error_code, _item.status), cost_nanos = _item.cost_nanos
    where a.hold = _attempt.hold and a.n = _attempt.n;
    return _item.cost_nanos - _attempt.cost_nanos;
  end if;
  _more := greatest(0, _item.cost_nanos - _attempt.cost_nanos);
  insert into books.attempt (hold, n, pool_key, state, outcome, cost_nanos, started_at)
  values (_attempt.hold, _attempt.n + 1, _attempt.pool_key, 1, coalesce(_item.error_code, _item.status), _more, _at);
  return _more;
end $function$;

create or replace function books.credit(_posting books.posting, _source smallint, _amount bigint, _from smallint, _usd_nanos_per_credit bigint, _expires_at timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _at timestamptz := now();
  _wallet books.wallet;
  _lot bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a credit is above zero'; end if;
  if _from < 100 or _source > 5 then raise exception 'a credit goes from a platform account to a source'; end if;
  if _expires_at is not null and _source <> 1 then raise exception 'only promo credits expire'; end if;
  if _expires_at <= _at then raise exception 'the expiry has passed'; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  if _source in (1, 3) then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, usd_nanos_per_credit, expires_at, transfer)
    values (_posting.wallet, _source, _amount, _amount, coalesce(_usd_nanos_per_credit, 0), _expires_at, _posting.transfer)
    returning id into _lot;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _amount else 0 end,
    referral = referral + case _source when 2 then _amount else 0 end,
    purchased = purchased + case _source when 3 then _amount else 0 end,
    vested = vested + case _source when 4 then _amount else 0 end,
    unvested = unvested + case _source when 5 then _amount else 0 end,
    next_expiry = least(next_expiry, _expires_at)
  where id = _posting.wallet returning * into _wallet;
  perform books.write_transfer(_posting, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _posting.transfer, _posting.kind, _posting.wallet, _from, _source, _lot, _amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
  insert into books.delta (account, amount_micros) values (_from, -_amount);
  perform books.pay_debt(_posting.wallet, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'lot', _lot);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$;

create or replace function books.debit(_posting books.posting, _amount bigint, _order smallint[], _lot bigint, _to smallint, _may_owe boolean)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _taken bigint;
  _owed bigint := 0;
  _wallet books.wallet;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a debit is above zero'; end if;
  if _to < 100 then raise exception 'a debit goes to a platform account'; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _taken := books.take(_posting.transfer, _posting.kind, _posting.wallet, _amount, _order, _lot, _to, _at);
  if _may_owe and _taken < _amount then
    _owed := _amount - _taken;
    update books.wallet set debt = debt + _owed where id = _posting.wallet returning * into _wallet;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _posting.transfer, _posting.kind, _posting.wallet, _account_debt, _to, _owed,
      _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
    insert into books.delta (account, amount_micros) values (_to, _owed);
  end if;
  if _taken + _owed > 0 then perform books.write_transfer(_posting, _at); end if;
  _outcome := json_build_object('transfer', _posting.transfer, 'taken', _taken::text, 'owed', _owed::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$;

create or replace function books.end_hold_slow_path(_item books.end_item, _at timestamp with time zone)
 RETURNS TABLE(hold uuid, charged_micros bigint)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _kind_charge constant smallint := 5;
  _hold books.hold;
  _wallet books.wallet;
  _cap bigint;
  _counter_cap bigint;
begin
  select * into _hold from books.hold where id = _item.hold and state = 0;
  if not found then return; end if;
  select * into _wallet from books.wallet where id = _hold.wallet;
  if _item.charge_micros > _hold.amount_micros then
    _cap := _hold.amount_micros + books.spendable(_wallet);
    select min(l.held_amount + greatest(0, k.limit_amount - k.used_amount - k.held_amount)) into _counter_cap
    from books.leg l join books.counter k on k.id = l.counter
    where l.hold = _hold.id and k.unit = 'micros' and k.limit_amount is not null;
    if _counter_cap is not null then _cap := least(_cap, greatest(_counter_cap, _hold.amount_micros)); end if;
    if _item.charge_micros > _cap then
      _item.overrun_micros := _item.charge_micros - _cap;
      _item.charge_micros := _cap;
    end if;
  end if;
  return query select * from books.end_holds(array[_item], _at);
  if _item.overrun_micros > 0 then
    if _item.charge_micros = 0 then
      insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
      values (_hold.id, _at, _kind_charge, 'key:' || _hold.api_key, 'request', _hold.id::text);
    end if;
    perform books.book_overrun(_hold.id, _item.overrun_micros, _at);
  end if;
end $function$;

create or replace function books.expire_wallet(_wallet bigint, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _kind_expiry constant smallint := 16;
  _account_expired constant smallint := 113;
  _lot books.lot;
  _reserved_before bigint := 0;
  _reserved bigint;
  _expired bigint := 0;
  _part bigint;
  _transfer uuid;
begin
  if not exists (select from books.wallet where id = _wallet and next_expiry <= _at) then return 0; end if;
  for _lot in
    select * from books.lot
    where wallet = _wallet and source = 1 and is_live and expires_at <= _at order by expires_at, id
  loop
    select least(_lot.remaining_micros, greatest(0, coalesce(sum(h.amount_micros), 0) - _reserved_before)) into _reserved
    from books.hold h where h.wallet = _wallet and h.closed_at is null and h.arrived_at < _lot.expires_at;
    _reserved_before := _reserved_before + _reserved;
    if _lot.remaining_micros > _reserved then
      _transfer := gen_random_uuid();
      _part := books.take(_transfer, _kind_expiry, _wallet, _lot.remaining_micros - _reserved,
        '{}', _lot.id, _account_expired, _at);
      if _part > 0 then
        insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
        values (_transfer, _at, _kind_expiry, 'system:ledger', 'lot', _lot.id::text);
      end if;
      _expired := _expired + _part;
    end if;
  end loop;
  update books.wallet set next_expiry = (
    select min(expires_at) from books.lot where wallet = _wallet and is_live)
  where id = _wallet;
  return _expired;
end $function$;

create or replace function books.flush_ends(_items books.end_item[], _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
AS $function$
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
      from books.hold h, books.end_hold_slow_path(_item, _at) e
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
end $function$;

create or replace function books.purge_old_holds(_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _old uuid[];
begin
  select array_agg(id) into _old from (
    select id from books.hold where state > 0 and closed_at < now() - interval '400 days' limit _limit) h;
  update books.counter k set forgotten_amount = k.forgotten_amount + l.used
  from (select counter, sum(used_amount)::bigint as used from books.leg where hold = any (_old) group by counter) l
  where k.id = l.counter;
  delete from books.leg where hold = any (_old);
  delete from books.attempt where hold = any (_old);
  delete from books.hold where id = any (_old);
  delete from books.op where ctid in (select ctid from books.op where created_at < now() - interval '400 days' limit _limit);
  return coalesce(cardinality(_old), 0);
end $function$;

create or replace function books.grant_contribution(_posting books.posting, _net bigint, _fee bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_unvested constant smallint := 5;
  _account_contribution_fees constant smallint := 103;
  _account_pool_inventory constant smallint := 105;
  _outcome json;
  _transfer uuid;
begin
  if _fee < 0 then raise exception 'a fee is not negative'; end if;
  _outcome := books.credit(_posting, _account_unvested, _net, _account_pool_inventory, 0, null);
  _transfer := (_outcome ->> 'transfer')::uuid;
  -- The same grant again gives its first outcome, and its fee is there.
  if _fee = 0 or exists (select from books.line where transfer = _transfer and to_account = _account_contribution_fees) then
    return _outcome;
  end if;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros)
  values (now(), _transfer, _posting.kind, null, _account_pool_inventory, _account_contribution_fees, _fee);
  insert into books.delta (account, amount_micros) values (_account_pool_inventory, -_fee), (_account_contribution_fees, _fee);
  return _outcome;
end $function$;

create or replace function books.pay_debt(_wallet bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _kind_debt_paid constant smallint := 17;
  _account_debt constant smallint := 6;
  _debt bigint;
  _transfer uuid := gen_random_uuid();
begin
  select debt into _debt from books.wallet where id = _wallet and debt > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > held;
  if not found then return; end if;
  if books.take(_transfer, _kind_debt_paid, _wallet, _debt, array[1, 2, 3, 4, 5]::smallint[], null,
    _account_debt, _at) > 0 then
    insert into books.transfer (id, at, kind, actor) values (_transfer, _at, _kind_debt_paid, 'system:ledger');
  end if;
end $function$;

create or replace function books.put_back(_posting books.posting, _from smallint, _source smallint, _lot bigint, _amount bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _wallet books.wallet;
  _into bigint := _lot;
  _part bigint := _amount;
begin
  if _lot is not null then
    select least(_amount, granted_micros - remaining_micros) into _part from books.lot where id = _lot;
    if _part < _amount then perform books.put_back(_posting, _from, 3::smallint, null, _amount - _part, _at); end if;
    if _part = 0 then return; end if;
    update books.lot set remaining_micros = remaining_micros + _part where id = _lot;
  elsif _source = 3 then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, transfer)
    values (_posting.wallet, _source, _part, _part, _posting.transfer) returning id into _into;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _part else 0 end,
    referral = referral + case _source when 2 then _part else 0 end,
    purchased = purchased + case _source when 3 then _part else 0 end,
    vested = vested + case _source when 4 then _part else 0 end,
    next_expiry = least(next_expiry, (select expires_at from books.lot where id = _into))
  where id = _posting.wallet returning * into _wallet;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _posting.transfer, _posting.kind, _posting.wallet, _from, _source, _into, _part,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
end $function$;

create or replace function books.reverse_debit(_posting books.posting, _debit uuid, _lot bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_unvested constant smallint := 5;
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _wallet books.wallet;
  _line books.line;
  _part bigint;
  _forgiven bigint := 0;
  _paid bigint;
  _restored bigint := 0;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  if not exists (select from books.lot where id = _lot and wallet = _posting.wallet and source = 3) then
    raise exception 'no purchased lot % of wallet %', _lot, _posting.wallet;
  end if;
  for _line in
    select * from books.line
    where transfer = _debit and wallet = _posting.wallet and from_account < 100 and to_account > 100 order by seq
  loop
    if _line.from_account = _account_unvested then raise exception 'credits spent in advance are not given back by line'; end if;
    insert into books.delta (account, amount_micros) values (_line.to_account, -_line.amount_micros);
    if _line.from_account < _account_debt then
      perform books.put_back(_posting, _line.to_account, _line.from_account, _line.lot, _line.amount_micros, _at);
      _restored := _restored + _line.amount_micros;
      continue;
    end if;
    select * into _wallet from books.wallet where id = _posting.wallet;
    _part := least(_line.amount_micros, _wallet.debt);
    if _part > 0 then
      update books.wallet set debt = debt - _part where id = _posting.wallet;
      insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
      values (_at, _posting.transfer, _posting.kind, _posting.wallet, _line.to_account, _account_debt, _part,
        _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
      _forgiven := _forgiven + _part;
    end if;
    _paid := _line.amount_micros - _part;
    if _paid > 0 then perform books.put_back(_posting, _line.to_account, 3::smallint, _lot, _paid, _at); end if;
    _restored := _restored + _paid;
  end loop;
  if _restored + _forgiven > 0 then
    perform books.write_transfer(_posting, _at);
    -- What has expired meanwhile would have expired in the wallet too.
    perform books.expire_wallet(_posting.wallet, _at);
    perform books.pay_debt(_posting.wallet, _at);
  end if;
  _outcome := json_build_object('transfer', _posting.transfer, 'restored', _restored::text, 'forgiven', _forgiven::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$;

create or replace function books.take(_transfer uuid, _kind smallint, _wallet bigint, _amount bigint, _order smallint[], _lot bigint, _to smallint, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _kind_clawback constant smallint := 9;
  _account_debt constant smallint := 6;
  _wallet_row books.wallet;
  _free bigint;
  _left bigint := _amount;
  _part bigint;
  _source record;
begin
  select * into _wallet_row from books.wallet where id = _wallet for update;
  -- Holds count on unvested credits only within the advance's limit: what is taken must leave them as much.
  _free := _wallet_row.promo + _wallet_row.referral + _wallet_row.purchased + _wallet_row.vested - _wallet_row.held
    + case when _kind = _kind_clawback then _wallet_row.unvested
    else least(_wallet_row.unvested, greatest(0, _wallet_row.advance_limit - _wallet_row.advance)) end;
  for _source in
    select * from (
      select case when l.id = _lot then 0 else array_position(_order, l.source) end as rank,
        l.source, l.id as lot, l.remaining_micros as amount, l.expires_at
      from books.lot l where l.wallet = _wallet and l.is_live
      union all
      select array_position(_order, v.source), v.source, null, v.amount, null
      from (values (2::smallint, _wallet_row.referral), (4::smallint, _wallet_row.vested), (5::smallint, case
        when _kind = _kind_clawback then _wallet_row.unvested
        else least(_wallet_row.unvested, greatest(0, _wallet_row.advance_limit - _wallet_row.advance)) end)
      ) v(source, amount)
    ) x where rank is not null and amount > 0 order by rank, expires_at nulls last, lot
  loop
    _part := least(_source.amount, _left, _free);
    exit when _part <= 0;
    _left := _left - _part;
    _free := _free - _part;
    update books.lot set remaining_micros = remaining_micros - _part where id = _source.lot;
    update books.wallet set
      promo = promo - case _source.source when 1 then _part else 0 end,
      referral = referral - case _source.source when 2 then _part else 0 end,
      purchased = purchased - case _source.source when 3 then _part else 0 end,
      vested = vested - case _source.source when 4 then _part else 0 end,
      unvested = unvested - case _source.source when 5 then _part else 0 end,
      advance = advance + case when _source.source = 5 and _kind <> _kind_clawback then _part else 0 end,
      debt = debt - case _to when _account_debt then _part else 0 end
    where id = _wallet returning * into _wallet_row;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
    values (_at, _transfer, _kind, _wallet, _source.source, _to, _source.lot, _part,
      _wallet_row.promo + _wallet_row.referral + _wallet_row.purchased + _wallet_row.vested + _wallet_row.unvested);
  end loop;
  if _to >= 100 and _left < _amount then
    insert into books.delta (account, amount_micros) values (_to, _amount - _left);
  end if;
  return _amount - _left;
end $function$;

create or replace function books.vest(_posting books.posting, _amount bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _at timestamptz := now();
  _wallet books.wallet;
  _covered bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a vesting is above zero'; end if;
  select * into _wallet from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _covered := least(_wallet.advance, _amount);
  update books.wallet set advance = advance - _covered, unvested = unvested - (_amount - _covered),
    vested = vested + (_amount - _covered)
  where id = _posting.wallet;
  perform books.write_transfer(_posting, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _posting.transfer, _posting.kind, _posting.wallet, 5, x.account, x.amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested
  from (values (5, _covered), (4, _amount - _covered)) x(account, amount) where x.amount > 0;
  perform books.pay_debt(_posting.wallet, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'covered', _covered::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$;

create or replace function books.write_transfer(_posting books.posting, _at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_posting.transfer, _at, _posting.kind, _posting.actor, _posting.ref_type, _posting.ref_id, _posting.memo)
$function$;

revoke execute on all functions in schema books from public;
