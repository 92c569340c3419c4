-- Usage records go by the month, a whole partition at a time: the one way in which any of them ever goes.
-- Keeps this month and so many before it, never fewer than 13. Returns the partitions that went.
create function books.drop_old_usage(_months integer) returns setof text
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _oldest date := (date_trunc('month', now() at time zone 'UTC') - make_interval(months => greatest(_months, 13)))::date;
  _name text;
begin
  perform pg_advisory_xact_lock(hashtext('books.make_partitions'));
  for _name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'books.usage_record'::regclass and c.relname ~ '^usage_record_\d{4}_\d{2}$'
      and to_date(right(c.relname, 7), 'YYYY_MM') < _oldest
    order by c.relname
  loop
    execute format('drop table books.%I', _name);
    return next _name;
  end loop;
end $$;
revoke execute on function books.drop_old_usage(integer) from public;
