-- What gateways cache is told stale by a counter, bumped in the transaction that changed the thing itself.
create function books.bump_config(_topic text) returns void
language plpgsql security definer set search_path = books, pg_temp as $$
begin
  update books.config_version set
    keys = keys + (_topic = 'keys')::integer,
    catalog = catalog + (_topic = 'catalog')::integer,
    pool = pool + (_topic = 'pool')::integer,
    settings = settings + (_topic = 'settings')::integer;
  if _topic not in ('keys', 'catalog', 'pool', 'settings') then
    raise exception 'no config topic %', _topic using errcode = 'invalid_parameter_value';
  end if;
end $$;
revoke execute on function books.bump_config(text) from public;
