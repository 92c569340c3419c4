-- History can't be changed, by anybody, the owner included; and there is always a partition to write to.

create function books.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'books.% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;

create trigger transfer_append_only before update or delete on books.transfer
  for each row execute function books.refuse_change();
create trigger line_append_only before update or delete on books.line
  for each row execute function books.refuse_change();
create trigger usage_record_append_only before update or delete on books.usage_record
  for each row execute function books.refuse_change();
create trigger transfer_no_truncate before truncate on books.transfer execute function books.refuse_change();
create trigger line_no_truncate before truncate on books.line execute function books.refuse_change();
create trigger usage_record_no_truncate before truncate on books.usage_record execute function books.refuse_change();

-- An outcome is written once; a row goes when nobody can ask for it any more.
create function books.freeze_outcome() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.outcome is null and new.scope = old.scope and new.key = old.key
     and new.request_hash = old.request_hash and new.created_at = old.created_at then
    return new;
  end if;
  if tg_op = 'DELETE' and old.created_at < now() - interval '400 days' then
    return old;
  end if;
  raise exception 'books.op keeps its outcomes: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger op_frozen before update or delete on books.op for each row execute function books.freeze_outcome();
create trigger op_no_truncate before truncate on books.op execute function books.refuse_change();

-- Partitions by month for this month and so many after it, and a default one each that is to stay empty.
-- Returns the rows of default partitions that stand in the way of a month: each is an alarm.
create function books.make_partitions(_months integer) returns table (parent text, month date, stray bigint)
language plpgsql security definer set search_path = books, pg_temp set lock_timeout = '2s' as $$
declare
  _parent text;
  _first date;
  _name text;
  _stray bigint;
begin
  perform pg_advisory_xact_lock(hashtext('books.make_partitions'));
  foreach _parent in array array['transfer', 'line', 'usage_record'] loop
    _name := _parent || '_default';
    if to_regclass('books.' || _name) is null then
      execute format('create table books.%I partition of books.%I default', _name, _parent);
      execute format('create trigger %I before truncate on books.%I execute function books.refuse_change()',
        _name || '_no_truncate', _name);
    end if;
    for _m in -1 .. _months loop
      _first := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => _m))::date;
      _name := _parent || to_char(_first, '_YYYY_MM');
      continue when to_regclass('books.' || _name) is not null;
      execute format('select count(*) from books.%I where at >= %L and at < %L', _parent || '_default',
        _first::text || ' 00:00+00', (_first + interval '1 month')::date::text || ' 00:00+00') into _stray;
      if _stray > 0 then
        return query select _parent, _first, _stray;
        continue;
      end if;
      execute format('create table books.%I partition of books.%I for values from (%L) to (%L)', _name, _parent,
        _first::text || ' 00:00+00', (_first + interval '1 month')::date::text || ' 00:00+00');
      execute format('create trigger %I before truncate on books.%I execute function books.refuse_change()',
        _name || '_no_truncate', _name);
    end loop;
  end loop;
end $$;
revoke execute on function books.make_partitions(integer) from public;
select books.make_partitions(3);
