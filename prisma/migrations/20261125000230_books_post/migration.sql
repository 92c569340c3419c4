-- The slow verbs of the books: credits that come in, go out, vest, expire or are owed. One wallet each.

create function books.open_wallet() returns bigint language sql security definer set search_path = books, pg_temp as $$
  insert into books.wallet default values returning id
$$;

-- Take up to an amount of what is free from sources in order, lots by expiry and age, a given lot before all.
-- To account 6 it pays the wallet's debt, otherwise the platform account named. Unvested credits that go out are spent in
-- advance, within its limit, but for a claw-back (kind 9).
create function books.take(_transfer uuid, _kind smallint, _wallet bigint, _amount bigint, _order smallint[],
  _lot bigint, _to smallint, _at timestamptz) returns bigint language plpgsql as $$
declare
  _w books.wallet;
  _free bigint;
  _left bigint := _amount;
  _part bigint;
  _s record;
begin
  select * into _w from books.wallet where id = _wallet for update;
  -- Holds count on unvested credits only within the advance's limit: what is taken must leave them as much.
  _free := _w.promo + _w.referral + _w.purchased + _w.vested - _w.held + case when _kind = 9 then _w.unvested
    else least(_w.unvested, greatest(0, _w.advance_limit - _w.advance)) end;
  for _s in
    select * from (
      select case when l.id = _lot then 0 else array_position(_order, l.source) end as rank,
        l.source, l.id as lot, l.remaining_micros as amount, l.expires_at
      from books.lot l where l.wallet = _wallet and l.is_live
      union all
      select array_position(_order, v.source), v.source, null, v.amount, null
      from (values (2::smallint, _w.referral), (4::smallint, _w.vested), (5::smallint, case
        when _kind = 9 then _w.unvested else least(_w.unvested, greatest(0, _w.advance_limit - _w.advance)) end)
      ) v(source, amount)
    ) x where rank is not null and amount > 0 order by rank, expires_at nulls last, lot
  loop
    _part := least(_s.amount, _left, _free);
    exit when _part <= 0;
    _left := _left - _part;
    _free := _free - _part;
    update books.lot set remaining_micros = remaining_micros - _part where id = _s.lot;
    update books.wallet set
      promo = promo - case _s.source when 1 then _part else 0 end,
      referral = referral - case _s.source when 2 then _part else 0 end,
      purchased = purchased - case _s.source when 3 then _part else 0 end,
      vested = vested - case _s.source when 4 then _part else 0 end,
      unvested = unvested - case _s.source when 5 then _part else 0 end,
      advance = advance + case when _s.source = 5 and _kind <> 9 then _part else 0 end,
      debt = debt - case _to when 6 then _part else 0 end
    where id = _wallet returning * into _w;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
    values (_at, _transfer, _kind, _wallet, _s.source, _to, _s.lot, _part,
      _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
  end loop;
  if _to >= 100 and _left < _amount then
    insert into books.delta (account, amount_micros) values (_to, _amount - _left);
  end if;
  return _amount - _left;
end $$;

-- Whatever a wallet has free pays its debt, in the order in which it is spent.
create function books.pay_debt(_wallet bigint, _at timestamptz) returns void language plpgsql as $$
declare
  _debt bigint;
  _transfer uuid := gen_random_uuid();
begin
  select debt into _debt from books.wallet where id = _wallet and debt > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > held;
  if not found then return; end if;
  if books.take(_transfer, 17::smallint, _wallet, _debt, array[1, 2, 3, 4, 5]::smallint[], null, 6::smallint, _at) > 0 then
    insert into books.transfer (id, at, kind, actor) values (_transfer, _at, 17, 'system:ledger');
  end if;
end $$;

-- Expire what is past its time and that no open hold from before may still burn. The wallet is locked by the caller.
create function books.expire_wallet(_wallet bigint, _at timestamptz) returns bigint language plpgsql as $$
declare
  _l books.lot;
  _kept bigint := 0;
  _keep bigint;
  _expired bigint := 0;
  _part bigint;
  _transfer uuid;
begin
  if not exists (select from books.wallet where id = _wallet and next_expiry <= _at) then return 0; end if;
  for _l in
    select * from books.lot
    where wallet = _wallet and source = 1 and is_live and expires_at <= _at order by expires_at, id
  loop
    select least(_l.remaining_micros, greatest(0, coalesce(sum(h.amount_micros), 0) - _kept)) into _keep
    from books.hold h where h.wallet = _wallet and h.closed_at is null and h.arrived_at < _l.expires_at;
    _kept := _kept + _keep;
    if _l.remaining_micros > _keep then
      _transfer := gen_random_uuid();
      _part := books.take(_transfer, 16::smallint, _wallet, _l.remaining_micros - _keep, '{}', _l.id, 113::smallint, _at);
      if _part > 0 then
        insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
        values (_transfer, _at, 16, 'system:ledger', 'lot', _l.id::text);
      end if;
      _expired := _expired + _part;
    end if;
  end loop;
  update books.wallet set next_expiry = (
    select min(expires_at) from books.lot where wallet = _wallet and is_live)
  where id = _wallet;
  return _expired;
end $$;

-- Sweep wallets with something to expire; comes again until they are empty. Returns what expired.
create function books.expire_lots(_limit integer) returns bigint
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _wallet bigint;
  _sum bigint := 0;
begin
  for _wallet in
    select w.id from books.wallet w
    where w.id in (select wallet from books.lot where is_live and expires_at <= now() limit _limit)
    order by w.id for update skip locked
  loop
    _sum := _sum + books.expire_wallet(_wallet, now());
  end loop;
  return _sum;
end $$;

-- Begin an operation that must happen once: null where it is new, else the outcome it had. Another request under the
-- same key is refused with SQLSTATE SC409.
create function books.begin_op(_scope text, _key text, _hash bytea) returns json language plpgsql as $$
declare
  _op books.op;
begin
  insert into books.op (scope, key, request_hash) values (_scope, _key, _hash) on conflict do nothing;
  if found then return null; end if;
  select * into _op from books.op where scope = _scope and key = _key;
  if _op.request_hash <> _hash then
    raise exception 'another request was made under this key' using errcode = 'SC409';
  end if;
  return coalesce(_op.outcome, 'null'::json);
end $$;

create type books.posting as (
  scope text, key text, hash bytea, transfer uuid, kind smallint, wallet bigint, actor text, ref_type text, ref_id text,
  memo text
);

create function books.write_transfer(_p books.posting, _at timestamptz) returns void language sql as $$
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_p.transfer, _at, _p.kind, _p.actor, _p.ref_type, _p.ref_id, _p.memo)
$$;

-- Credits that come in from a platform account. A debt is paid from them at once.
create function books.credit(_p books.posting, _source smallint, _amount bigint, _from smallint,
  _usd_nanos_per_credit bigint, _expires_at timestamptz) returns json
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _at timestamptz := now();
  _w books.wallet;
  _lot bigint;
  _outcome json := books.begin_op(_p.scope, _p.key, _p.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a credit is above zero'; end if;
  if _from < 100 or _source > 5 then raise exception 'a credit goes from a platform account to a source'; end if;
  if _expires_at is not null and _source <> 1 then raise exception 'only promo credits expire'; end if;
  if _expires_at <= _at then raise exception 'the expiry has passed'; end if;
  perform from books.wallet where id = _p.wallet for update;
  if not found then raise exception 'no wallet %', _p.wallet; end if;
  if _source in (1, 3) then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, usd_nanos_per_credit, expires_at, transfer)
    values (_p.wallet, _source, _amount, _amount, coalesce(_usd_nanos_per_credit, 0), _expires_at, _p.transfer)
    returning id into _lot;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _amount else 0 end,
    referral = referral + case _source when 2 then _amount else 0 end,
    purchased = purchased + case _source when 3 then _amount else 0 end,
    vested = vested + case _source when 4 then _amount else 0 end,
    unvested = unvested + case _source when 5 then _amount else 0 end,
    next_expiry = least(next_expiry, _expires_at)
  where id = _p.wallet returning * into _w;
  perform books.write_transfer(_p, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _p.transfer, _p.kind, _p.wallet, _from, _source, _lot, _amount,
    _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
  insert into books.delta (account, amount_micros) values (_from, -_amount);
  perform books.pay_debt(_p.wallet, _at);
  _outcome := json_build_object('transfer', _p.transfer, 'lot', _lot);
  update books.op set outcome = _outcome where scope = _p.scope and key = _p.key;
  return _outcome;
end $$;

-- Credits that go out to a platform account, from sources in order (a lot before all), as far as they are free. What is
-- missing is owed where the caller says so.
create function books.debit(_p books.posting, _amount bigint, _order smallint[], _lot bigint, _to smallint, _may_owe boolean)
returns json language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _at timestamptz := now();
  _taken bigint;
  _owed bigint := 0;
  _w books.wallet;
  _outcome json := books.begin_op(_p.scope, _p.key, _p.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a debit is above zero'; end if;
  if _to < 100 then raise exception 'a debit goes to a platform account'; end if;
  perform from books.wallet where id = _p.wallet for update;
  if not found then raise exception 'no wallet %', _p.wallet; end if;
  _taken := books.take(_p.transfer, _p.kind, _p.wallet, _amount, _order, _lot, _to, _at);
  if _may_owe and _taken < _amount then
    _owed := _amount - _taken;
    update books.wallet set debt = debt + _owed where id = _p.wallet returning * into _w;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _p.transfer, _p.kind, _p.wallet, 6, _to, _owed,
      _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
    insert into books.delta (account, amount_micros) values (_to, _owed);
  end if;
  if _taken + _owed > 0 then perform books.write_transfer(_p, _at); end if;
  _outcome := json_build_object('transfer', _p.transfer, 'taken', _taken::text, 'owed', _owed::text);
  update books.op set outcome = _outcome where scope = _p.scope and key = _p.key;
  return _outcome;
end $$;

-- Unvested credits become vested ones; what was spent in advance is covered first. A covered part is written as a line
-- from unvested to itself: nothing moves, the advance shrinks.
create function books.vest(_p books.posting, _amount bigint) returns json
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _at timestamptz := now();
  _w books.wallet;
  _covered bigint;
  _outcome json := books.begin_op(_p.scope, _p.key, _p.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a vesting is above zero'; end if;
  select * into _w from books.wallet where id = _p.wallet for update;
  if not found then raise exception 'no wallet %', _p.wallet; end if;
  _covered := least(_w.advance, _amount);
  update books.wallet set advance = advance - _covered, unvested = unvested - (_amount - _covered),
    vested = vested + (_amount - _covered)
  where id = _p.wallet;
  perform books.write_transfer(_p, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _p.transfer, _p.kind, _p.wallet, 5, x.account, x.amount,
    _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested
  from (values (5, _covered), (4, _amount - _covered)) x(account, amount) where x.amount > 0;
  perform books.pay_debt(_p.wallet, _at);
  _outcome := json_build_object('transfer', _p.transfer, 'covered', _covered::text);
  update books.op set outcome = _outcome where scope = _p.scope and key = _p.key;
  return _outcome;
end $$;

-- Take back what a contribution was granted and never vested: from unvested, then vested, then any source, then as debt.
-- What wasn't unvested any more had been spent in advance, so the advance shrinks by it.
create function books.claw_back(_p books.posting, _amount bigint, _to smallint) returns json
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _at timestamptz := now();
  _before books.wallet;
  _w books.wallet;
  _taken bigint;
  _covered bigint;
  _rest bigint;
  _outcome json := books.begin_op(_p.scope, _p.key, _p.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a claw-back is above zero'; end if;
  select * into _before from books.wallet where id = _p.wallet for update;
  if not found then raise exception 'no wallet %', _p.wallet; end if;
  _taken := books.take(_p.transfer, _p.kind, _p.wallet, _amount, array[5, 4, 1, 2, 3]::smallint[], null, _to, _at);
  update books.wallet set debt = debt + (_amount - _taken) where id = _p.wallet returning * into _w;
  _covered := least(_before.advance, _amount - (_before.unvested - _w.unvested));
  -- Holds kept the rest from being taken: it stays for them, as credits that are owed and no longer wait for vesting.
  _rest := least(_w.unvested, _amount - (_before.unvested - _w.unvested) - _covered);
  update books.wallet set advance = advance - _covered, unvested = unvested - _rest, vested = vested + _rest
  where id = _p.wallet;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _p.transfer, _p.kind, _p.wallet, x.source, x.account, x.amount,
    _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested
  from (values (6, _to, _amount - _taken), (5, 5::smallint, _covered), (5, 4::smallint, _rest)) x(source, account, amount)
  where x.amount > 0;
  insert into books.delta (account, amount_micros) select _to, _amount - _taken where _amount > _taken;
  perform books.write_transfer(_p, _at);
  _outcome := json_build_object('transfer', _p.transfer, 'taken', _taken::text, 'owed', (_amount - _taken)::text);
  update books.op set outcome = _outcome where scope = _p.scope and key = _p.key;
  return _outcome;
end $$;

create function books.set_advance_limit(_wallet bigint, _limit bigint) returns void
language sql security definer set search_path = books, pg_temp as $$
  update books.wallet set advance_limit = _limit where id = _wallet
$$;

-- Fold what batches added to platform accounts. Returns how many rows were folded; one worker at a time does it.
create function books.fold_deltas() returns bigint
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _n bigint;
begin
  perform pg_advisory_xact_lock(hashtext('books.fold_deltas'));
  with gone as (delete from books.delta where seq in (select seq from books.delta order by seq limit 10000)
    returning account, amount_micros),
  sums as (select account, sum(amount_micros)::bigint as amount, count(*) as n from gone group by account),
  folded as (
    update books.account a set balance_micros = a.balance_micros + s.amount from sums s where a.code = s.account)
  select coalesce(sum(n), 0) into _n from sums;
  return _n;
end $$;

-- Settled attempts that their keys' quota and vesting don't know of yet, marked as folded in the caller's transaction.
create function books.fold_attempts(_limit integer)
returns table (hold uuid, n smallint, pool_key uuid, cost_nanos bigint, started_at timestamptz)
language sql security definer set search_path = books, pg_temp as $$
  with picked as (
    select a.hold, a.n from books.attempt a where a.state = 1 and a.folded_at is null
    order by a.hold, a.n limit _limit for update skip locked)
  update books.attempt a set folded_at = now() from picked p where a.hold = p.hold and a.n = p.n
  returning a.hold, a.n, a.pool_key, a.cost_nanos, a.started_at
$$;

-- A process's lease: open one, renew it, close it. A closed one stays closed; its holds are then the reaper's.
create function books.open_lease(_process text) returns bigint
language sql security definer set search_path = books, pg_temp as $$
  insert into books.lease (process) values (_process) returning id
$$;
create function books.renew_lease(_lease bigint) returns boolean
language sql security definer set search_path = books, pg_temp as $$
  with renewed as (update books.lease set renewed_at = clock_timestamp() where id = _lease and closed_at is null returning 1)
  select exists (select from renewed)
$$;
create function books.close_lease(_lease bigint) returns void
language sql security definer set search_path = books, pg_temp as $$
  update books.lease set closed_at = clock_timestamp() where id = _lease and closed_at is null
$$;

-- Close the leases that weren't renewed for so long. Returns how many. The caller sees to it that they could have been:
-- while the server was away nobody could renew.
create function books.close_dead_leases(_ttl interval) returns bigint
language sql security definer set search_path = books, pg_temp as $$
  with dead as (
    update books.lease set closed_at = clock_timestamp()
    where closed_at is null and renewed_at < clock_timestamp() - _ttl returning 1)
  select count(*) from dead
$$;

-- Holds that nobody will end: their gateway is gone. With the last attempt's number and key, for its record.
create function books.orphaned_holds(_limit integer)
returns table (hold uuid, wallet bigint, api_key uuid, amount_micros bigint, arrived_at timestamptz, draft json,
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
  where h.closed_at is null limit _limit
$$;

-- Remove what nobody can ask for any more: closed holds and operations older than 400 days. They are no ledger rows.
create function books.forget_old(_limit integer) returns bigint
language plpgsql security definer set search_path = books, pg_temp as $$
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
end $$;

revoke execute on all functions in schema books from public;
