-- Give back what a debit took: each of its lines turned round. What it made the wallet owe is owed no more; what of that
-- was paid meanwhile comes back into the lot named, and what finds no room there into a new one that nothing was paid for.
create function books.reverse_debit(_p books.posting, _debit uuid, _lot bigint) returns json
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _at timestamptz := now();
  _w books.wallet;
  _l books.line;
  _part bigint;
  _forgiven bigint := 0;
  _paid bigint;
  _restored bigint := 0;
  _outcome json := books.begin_op(_p.scope, _p.key, _p.hash);
begin
  if _outcome is not null then return _outcome; end if;
  perform from books.wallet where id = _p.wallet for update;
  if not found then raise exception 'no wallet %', _p.wallet; end if;
  if not exists (select from books.lot where id = _lot and wallet = _p.wallet and source = 3) then
    raise exception 'no purchased lot % of wallet %', _lot, _p.wallet;
  end if;
  for _l in
    select * from books.line
    where transfer = _debit and wallet = _p.wallet and from_account < 100 and to_account > 100 order by seq
  loop
    if _l.from_account = 5 then raise exception 'credits spent in advance are not given back by line'; end if;
    insert into books.delta (account, amount_micros) values (_l.to_account, -_l.amount_micros);
    if _l.from_account < 6 then
      perform books.put_back(_p, _l.to_account, _l.from_account, _l.lot, _l.amount_micros, _at);
      _restored := _restored + _l.amount_micros;
      continue;
    end if;
    select * into _w from books.wallet where id = _p.wallet;
    _part := least(_l.amount_micros, _w.debt);
    if _part > 0 then
      update books.wallet set debt = debt - _part where id = _p.wallet;
      insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
      values (_at, _p.transfer, _p.kind, _p.wallet, _l.to_account, 6, _part,
        _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
      _forgiven := _forgiven + _part;
    end if;
    _paid := _l.amount_micros - _part;
    if _paid > 0 then perform books.put_back(_p, _l.to_account, 3::smallint, _lot, _paid, _at); end if;
    _restored := _restored + _paid;
  end loop;
  if _restored + _forgiven > 0 then
    perform books.write_transfer(_p, _at);
    -- What has expired meanwhile would have expired in the wallet too.
    perform books.expire_wallet(_p.wallet, _at);
    perform books.pay_debt(_p.wallet, _at);
  end if;
  _outcome := json_build_object('transfer', _p.transfer, 'restored', _restored::text, 'forgiven', _forgiven::text);
  update books.op set outcome = _outcome where scope = _p.scope and key = _p.key;
  return _outcome;
end $$;

-- One line back from a platform account into a source. A purchased lot never holds more than it was granted: what finds no
-- room in it, since what had paid a debt came first, becomes a lot of its own that nothing was paid for.
create function books.put_back(_p books.posting, _from smallint, _source smallint, _lot bigint, _amount bigint,
  _at timestamptz) returns void language plpgsql as $$
declare
  _w books.wallet;
  _into bigint := _lot;
  _part bigint := _amount;
begin
  if _lot is not null then
    select least(_amount, granted_micros - remaining_micros) into _part from books.lot where id = _lot;
    if _part < _amount then perform books.put_back(_p, _from, 3::smallint, null, _amount - _part, _at); end if;
    if _part = 0 then return; end if;
    update books.lot set remaining_micros = remaining_micros + _part where id = _lot;
  elsif _source = 3 then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, transfer)
    values (_p.wallet, _source, _part, _part, _p.transfer) returning id into _into;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _part else 0 end,
    referral = referral + case _source when 2 then _part else 0 end,
    purchased = purchased + case _source when 3 then _part else 0 end,
    vested = vested + case _source when 4 then _part else 0 end,
    next_expiry = least(next_expiry, (select expires_at from books.lot where id = _into))
  where id = _p.wallet returning * into _w;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _p.transfer, _p.kind, _p.wallet, _from, _source, _into, _part,
    _w.promo + _w.referral + _w.purchased + _w.vested + _w.unvested);
end $$;

revoke execute on all functions in schema books from public;
