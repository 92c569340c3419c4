-- Idempotent calls of the management API: the application has no other way to write to books.op.

-- Claim a key for one operation. A second claim waits until the first has committed or rolled back; it then reads what
-- came of it. No row comes back where the claim is new.
create function books.claim_operation(_scope text, _key text, _request_hash bytea)
returns table (request_hash bytea, outcome text)
language plpgsql security definer set search_path = books, pg_temp as $$
#variable_conflict use_column
begin
  insert into books.op (scope, key, request_hash) values (_scope, _key, _request_hash) on conflict do nothing;
  if not found then
    return query select op.request_hash, op.outcome::text from books.op where op.scope = _scope and op.key = _key;
  end if;
end $$;

-- Record what came of a claimed operation; once.
create function books.finish_operation(_scope text, _key text, _outcome text) returns void
language sql security definer set search_path = books, pg_temp as $$
  update books.op set outcome = _outcome::json where scope = _scope and key = _key
$$;

revoke execute on function books.claim_operation(text, text, bytea) from public;
revoke execute on function books.finish_operation(text, text, text) from public;
