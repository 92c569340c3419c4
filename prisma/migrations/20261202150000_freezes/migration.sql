-- Credits that may not be spent while an early fraud warning or an inquiry about their purchase is open: an amount of the
-- wallet, not a lot, shown in `held`. One row for what it is about, gone when it ends.
create table books.freeze (
  reference text primary key,
  wallet bigint not null references books.wallet (id),
  amount_micros bigint not null check (amount_micros > 0)
);
create index freeze_wallet on books.freeze (wallet);

-- Has `_amount` of a wallet frozen for `_reference`, at most what is free, in place of what was frozen for it before; 0 ends
-- it. Unvested credits are never frozen. Returns how much is frozen now.
create function books.set_freeze(_reference text, _wallet bigint, _amount bigint) returns bigint
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _before bigint := 0;
  _now bigint;
begin
  perform 1 from books.wallet where id = _wallet for update;
  delete from books.freeze where reference = _reference and wallet = _wallet returning amount_micros into _before;
  _before := coalesce(_before, 0);
  select greatest(0, least(_amount, promo + referral + purchased + vested - held + _before)) into _now
  from books.wallet where id = _wallet;
  if _now > 0 then
    insert into books.freeze (reference, wallet, amount_micros) values (_reference, _wallet, _now);
  end if;
  if _now <> _before then
    update books.wallet set held = held - _before + _now where id = _wallet;
  end if;
  if _now < _before then
    perform books.pay_debt(_wallet, now());
  end if;
  return _now;
end $$;

-- When an admin let the credits go that a warning or an inquiry had frozen; a dispute that follows takes them all the same.
alter table public.purchase_dispute add column released_at timestamptz(3);
