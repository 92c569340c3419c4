-- What vests is bounded by what a key's requests were charged, less the fee of the grant: no price or discount makes
-- credits out of a key. What the bound holds back vests later, or goes back once the quota is used up.

-- The fee of the grant, exact. What stands was rounded up to a microcredit: six places of the quotient are the share.
ALTER TABLE "quote" ADD COLUMN "fee_share" TEXT;
UPDATE "quote" SET "fee_share" = trim_scale(trunc(fee_micros::numeric / greatest(gross_micros, 1), 6))::text;
ALTER TABLE "quote" ALTER COLUMN "fee_share" SET NOT NULL;

ALTER TABLE "contribution" RENAME COLUMN "base_vested_micros" TO "base_due_micros";
ALTER TABLE "contribution" ADD COLUMN "fee_share" TEXT,
ADD COLUMN "charged_micros" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "base_charged_micros" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "base_earned_micros" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "forgone_micros" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "excess_micros" BIGINT NOT NULL DEFAULT 0;
UPDATE "contribution" SET "fee_share" = trim_scale(trunc(fee_micros::numeric / greatest(gross_micros, 1), 6))::text;
ALTER TABLE "contribution" ALTER COLUMN "fee_share" SET NOT NULL,
DROP CONSTRAINT "contribution_vested",
-- Never more than was granted; once it has ended nothing is left over. What was taken back while it was open (its quota was
-- used up) can vest after all until it is topped up; then it is forgone.
ADD CONSTRAINT "contribution_vested" CHECK ("vested_micros" >= 0 AND "base_due_micros" BETWEEN 0 AND "net_micros"
  AND "taken_micros" >= "forgone_micros" AND "forgone_micros" >= 0 AND "vested_micros" + "taken_micros" <= "net_micros"
  AND ("state" = 'open' OR "vested_micros" + "taken_micros" = "net_micros"));

-- What the request was charged, at the attempt that served it; 0 at others.
ALTER TABLE "vesting" ADD COLUMN "charged_micros" BIGINT NOT NULL DEFAULT 0;

-- What stands starts from the usage records: each request at the attempt that ended it.
alter table public.vesting disable trigger vesting_append_only;
update public.vesting v set charged_micros = u.charge_micros
from books.usage_record u join public.contribution c on c.pool_key_id = u.pool_key
where u.id = v.hold and c.id = v.contribution_id and u.charge_micros > 0
  and v.n = (select max(x.n) from public.vesting x where x.hold = v.hold and x.contribution_id = v.contribution_id);
-- Those that cost nothing left no row.
insert into public.vesting (hold, n, contribution_id, cost_nanos, vested_micros, charged_micros, created_at)
select u.id, a.n, c.id, 0, 0, u.charge_micros, u.settled_at
from books.usage_record u join public.contribution c on c.pool_key_id = u.pool_key
join books.attempt a on a.hold = u.id and a.pool_key = u.pool_key and a.cost_nanos = 0 and a.folded_at is not null
where u.charge_micros > 0 and not exists (select from books.attempt x where x.hold = a.hold and x.n > a.n);
alter table public.vesting enable trigger vesting_append_only;
update public.contribution c set charged_micros = s.charged, requests_served = s.served,
  excess_micros = greatest(0, c.vested_micros - floor((1 - c.fee_share::numeric) * s.charged)::bigint)
from (
  select c.id, coalesce(sum(v.charged_micros), 0)::bigint as charged, count(v.hold) as served
  from public.contribution c left join public.vesting v on v.contribution_id = c.id group by c.id) s
where s.id = c.id;

-- Settled attempts that their keys' quota and vesting don't know of yet, marked as folded in the caller's transaction. The
-- charge of a request is told with the attempt that served it: the last one of a hold that was settled.
drop function books.fold_attempts(integer);
create function books.fold_attempts(_limit integer)
returns table (hold uuid, n smallint, pool_key uuid, cost_nanos bigint, charge_micros bigint, started_at timestamptz)
language sql security definer set search_path = books, pg_temp as $$
  with picked as (
    select a.hold, a.n from books.attempt a where a.state = 1 and a.folded_at is null
    order by a.hold, a.n limit _limit for update skip locked)
  update books.attempt a set folded_at = now() from picked p where a.hold = p.hold and a.n = p.n
  returning a.hold, a.n, a.pool_key, a.cost_nanos,
    coalesce((select h.charged_micros from books.hold h
      where h.id = a.hold and h.state = 1
        and not exists (select from books.attempt x where x.hold = a.hold and x.n > a.n)), 0),
    a.started_at
$$;
revoke execute on function books.fold_attempts(integer) from public;
