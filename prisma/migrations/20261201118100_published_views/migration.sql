-- What modules let each other read of their tables: tests/architecture/table-owners.ts lists who may read which. Each view
-- names the columns that it promises; a table may change behind it.

-- auth: whose a wallet is, and who invited whom.
create view public.account_wallet as
  select id as user_id, wallet_id, referred_by_id from public."user";

-- catalog: the versions of cards, without their texts; cards whose text isn't the one that was published; who serves what.
create view public.card_version as
  select id, model_id, kind, version, effective_from from public.card;
create view public.altered_card as
  select id, model_id, sha256, sha256(convert_to(body, 'UTF8')) as found from public.card
  where sha256 <> sha256(convert_to(body, 'UTF8'));
create view public.enabled_model as
  select id, provider from public.model where enabled;
create view public.channel_terms as
  select id, provider, enabled, cost_factor from public.channel;

-- pool: all that others may know of a key; never its secret.
create view public.pool_key_status as
  select id, channel_id, owner_id, state, reason, hint, cooling_until, alive_at, quota_nanos, cost_nanos, created_at
  from public.pool_key;

-- contributions: what each came to, and what each request on a contributed key vested.
create view public.contribution_totals as
  select id, user_id, wallet_id, pool_key_id, fee_share, net_micros, vested_micros, taken_micros, cost_nanos, charged_micros,
    requests_served, base_charged_micros, base_earned_micros, excess_micros
  from public.contribution;
create view public.vested_request as
  select v.hold, v.n, v.contribution_id, c.user_id, c.pool_key_id, v.cost_nanos, v.charged_micros, v.vested_micros, v.created_at
  from public.vesting v join public.contribution c on c.id = v.contribution_id;

-- payments: what Stripe kept of the payment for a lot.
create view public.lot_fee as
  select lot_id, fee_nanos, credits_micros from public.purchase where lot_id is not null;

-- ledger: limits of advances; how a request's hold ended; what keys cost and don't know of yet.
create view books.advance_limit as
  select id as wallet, advance_limit from books.wallet;
create view books.request_outcome as
  select h.id as request,
    case h.state when 0 then 'open' when 1 then 'settled' else 'released' end as state,
    exists (select from books.late_report r where r.request = h.id) as is_charged_late,
    (select u.lost from books.usage_record u where u.id = h.id) as is_lost
  from books.hold h;
create view books.unfolded_cost as
  select pool_key, sum(cost_nanos)::bigint as cost_nanos from books.attempt
  where state = 1 and folded_at is null and pool_key is not null group by pool_key;

-- ledger: credits that were new to a wallet, by the source that they came into (purchases, grants, referrals,
-- adjustments); credits that a charge burned, with the lot that they came from; and who paid for a request.
create view books.issued_credit as
  select at, to_account as source, amount_micros from books.line
  where kind in (1, 7, 10, 18) and from_account > 100 and to_account <= 5;
create view books.burned_credit as
  select coalesce(r.request, l.transfer) as request, l.at, l.lot, l.amount_micros, t.usd_nanos_per_credit
  from books.line l join books.lot t on t.id = l.lot left join books.late_report r on r.transfer = l.transfer
  where l.kind = 5;
create view books.request_payer as
  select id as request, at, wallet from books.usage_record;
