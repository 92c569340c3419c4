-- What may be spent in advance follows what proven contributions have still to vest: it is reckoned over a wallet's
-- contributions while its row is locked, and set for many wallets at once.

CREATE INDEX "contribution_wallet_id_idx" ON "contribution"("wallet_id");

-- Lock wallets in the order of their ids, and tell what each may spend in advance.
create function books.lock_advance_limits(_wallets bigint[]) returns table (wallet bigint, limit_micros bigint)
language sql security definer set search_path = books, pg_temp as $$
  select id, advance_limit from books.wallet where id = any (_wallets) order by id for update
$$;
revoke execute on function books.lock_advance_limits(bigint[]) from public;

update books.wallet w set advance_limit = least(w.advance_limit, c.amount)
from (
  select wallet_id, coalesce(sum(net_micros - vested_micros) filter (where is_proven), 0)::bigint as amount
  from public.contribution where state = 'open' group by wallet_id) c
where w.id = c.wallet_id and w.advance_limit > c.amount;
