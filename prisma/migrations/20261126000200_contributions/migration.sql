-- Contributions: where contributed keys go, what a quote and a contribution know, what each attempt vested.

ALTER TABLE "provider_policy" ADD COLUMN "channel_id" TEXT;

ALTER TABLE "quote" ADD COLUMN "hint" TEXT NOT NULL, ADD COLUMN "top_up_of" UUID;
CREATE INDEX "quote_expires_at_idx" ON "quote"("expires_at");

ALTER TABLE "contribution" ADD COLUMN "wallet_id" BIGINT NOT NULL,
ADD COLUMN "pool_key_id" UUID NOT NULL,
ADD COLUMN "base_cost_nanos" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "base_vested_micros" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "requests_served" BIGINT NOT NULL DEFAULT 0,
ALTER COLUMN "state" SET DEFAULT 'open',
ADD CONSTRAINT "contribution_state" CHECK ("state" IN ('open', 'revoked', 'retired')),
ADD CONSTRAINT "contribution_fee" CHECK ("fee_micros" >= 0 AND "net_micros" = "gross_micros" - "fee_micros"),
-- Never more than was granted, and once it has ended nothing is left over.
ADD CONSTRAINT "contribution_vested" CHECK ("vested_micros" >= "base_vested_micros" AND "base_vested_micros" >= 0
  AND "taken_micros" >= 0 AND "vested_micros" + "taken_micros" <= "net_micros"
  AND CASE "state" WHEN 'open' THEN "taken_micros" = 0 ELSE "vested_micros" + "taken_micros" = "net_micros" END);
CREATE UNIQUE INDEX "contribution_pool_key_id_key" ON "contribution"("pool_key_id");
CREATE INDEX "contribution_provider_state_idx" ON "contribution"("provider", "state");

CREATE TABLE "vesting" (
    "hold" UUID NOT NULL,
    "n" SMALLINT NOT NULL,
    "contribution_id" UUID NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "vested_micros" BIGINT NOT NULL CHECK ("vested_micros" >= 0),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vesting_pkey" PRIMARY KEY ("hold", "n")
);
CREATE INDEX "vesting_contribution_id_created_at_idx" ON "vesting"("contribution_id", "created_at");
ALTER TABLE "vesting" ADD CONSTRAINT "vesting_contribution_id_fkey" FOREIGN KEY ("contribution_id") REFERENCES "contribution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

create function public.refuse_vesting_change() returns trigger language plpgsql as $$
begin
  raise exception 'vesting is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger vesting_append_only before update or delete on public.vesting
  for each row execute function public.refuse_vesting_change();
create trigger vesting_no_truncate before truncate on public.vesting
  execute function public.refuse_vesting_change();

-- A contribution's grant: what its key is worth comes out of the pool's inventory, the owner's part as unvested credits,
-- the platform's fee as a line of its own in the same transfer, which touches no wallet.
create function books.grant_contribution(_p books.posting, _net bigint, _fee bigint) returns json
language plpgsql security definer set search_path = books, pg_temp as $$
declare
  _outcome json;
  _transfer uuid;
begin
  if _fee < 0 then raise exception 'a fee is not negative'; end if;
  _outcome := books.credit(_p, 5::smallint, _net, 105::smallint, 0, null);
  _transfer := (_outcome ->> 'transfer')::uuid;
  -- The same grant again gives its first outcome, and its fee is there.
  if _fee = 0 or exists (select from books.line where transfer = _transfer and to_account = 103) then return _outcome; end if;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros)
  values (now(), _transfer, _p.kind, null, 105, 103, _fee);
  insert into books.delta (account, amount_micros) values (105, -_fee), (103, _fee);
  return _outcome;
end $$;
revoke execute on function books.grant_contribution(books.posting, bigint, bigint) from public;
