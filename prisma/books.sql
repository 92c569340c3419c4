-- The schema of the ledger (`books`), as the migrations make it. Written by `node scripts/run.mjs books-dump`; not run by anything.

-- types
type attempt_item (hold uuid, n smallint, pool_key uuid, previous_outcome text, previous_cost_nanos bigint)
type end_item (hold uuid, n smallint, released boolean, charge_micros bigint, overrun_micros bigint, cost_nanos bigint, total_cost_nanos bigint, channel text, pool_key uuid, key_owner uuid, upstream_model text, meters json, multipliers json, breakdown json, cost_breakdown json, attempts json, requests integer, estimated boolean, capped boolean, lost boolean, status text, http_status smallint, error_code text, latency_ms integer, ttft_ms integer, wallet bigint, api_key uuid, arrived_at timestamp with time zone, draft json, delivered boolean)
type extend_item (hold uuid, to_micros bigint, checkpoint json)
type leg_item (owner uuid, kind text, period text, unit text, limit bigint, amount bigint)
type posting (scope text, key text, hash bytea, transfer uuid, kind smallint, wallet bigint, actor text, ref_type text, ref_id text, memo text)
type reserve_item (hold uuid, wallet bigint, api_key uuid, amount_micros bigint, arrived_at timestamp with time zone, draft json, pool_key uuid, legs json)

-- columns
account.balance_micros bigint not null default 0
account.code smallint not null
account.is_platform boolean not null
account.name text not null
advance_limit.advance_limit bigint
advance_limit.wallet bigint
attempt.cost_nanos bigint not null default 0
attempt.folded_at timestamp with time zone
attempt.hold uuid not null
attempt.n smallint not null
attempt.outcome text
attempt.pool_key uuid
attempt.started_at timestamp with time zone not null default now()
attempt.state smallint not null default 0
burned_credit.amount_micros bigint
burned_credit.at timestamp with time zone
burned_credit.lot bigint
burned_credit.request uuid
burned_credit.usd_nanos_per_credit bigint
config_version.catalog bigint not null default 0
config_version.id boolean not null default true
config_version.keys bigint not null default 0
config_version.pool bigint not null default 0
config_version.settings bigint not null default 0
counter.forgotten_amount bigint not null default 0
counter.held_amount bigint not null default 0
counter.id bigint not null generated always as identity
counter.kind text not null
counter.limit_amount bigint
counter.owner uuid not null
counter.period text not null
counter.unit text not null default 'micros'::text
counter.used_amount bigint not null default 0
delta.account smallint not null
delta.amount_micros bigint not null
delta.seq bigint not null generated always as identity
freeze.amount_micros bigint not null
freeze.reference text not null
freeze.wallet bigint not null
hold.amount_micros bigint not null
hold.api_key uuid not null
hold.arrived_at timestamp with time zone not null
hold.charged_micros bigint
hold.checkpoint json
hold.checkpoint_micros bigint
hold.closed_at timestamp with time zone
hold.draft json not null
hold.has_legs boolean not null default false
hold.id uuid not null
hold.lease bigint not null
hold.state smallint not null default 0
hold.wallet bigint not null
issued_credit.amount_micros bigint
issued_credit.at timestamp with time zone
issued_credit.source smallint
late_report.at timestamp with time zone not null
late_report.breakdown json not null
late_report.capped boolean not null
late_report.charge_micros bigint not null
late_report.closing_micros bigint not null
late_report.cost_breakdown json not null
late_report.cost_nanos bigint not null
late_report.debt_micros bigint not null
late_report.error_code text
late_report.estimated boolean not null
late_report.http_status smallint not null
late_report.latency_ms integer not null
late_report.meters json not null
late_report.multipliers json not null
late_report.overrun_micros bigint not null
late_report.promo_micros bigint not null
late_report.purchased_micros bigint not null
late_report.referral_micros bigint not null
late_report.reported_micros bigint not null
late_report.request uuid not null
late_report.status text not null
late_report.transfer uuid not null
late_report.ttft_ms integer
late_report.unvested_micros bigint not null
late_report.vested_micros bigint not null
late_report.wallet bigint not null
lease.closed_at timestamp with time zone
lease.created_at timestamp with time zone not null default now()
lease.id bigint not null generated always as identity
lease.lapsed_at timestamp with time zone
lease.process text not null
lease.renewed_at timestamp with time zone not null default now()
leg.counter bigint not null
leg.held_amount bigint not null
leg.hold uuid not null
leg.used_amount bigint
line.amount_micros bigint not null
line.asset smallint not null default 1
line.at timestamp with time zone not null
line.balance_after bigint
line.from_account smallint not null
line.kind smallint not null
line.lot bigint
line.seq bigint not null generated always as identity
line.to_account smallint not null
line.transfer uuid not null
line.wallet bigint
lot.created_at timestamp with time zone not null default now()
lot.expires_at timestamp with time zone
lot.granted_micros bigint not null
lot.id bigint not null generated always as identity
lot.is_live boolean not null default (remaining_micros > 0)
lot.remaining_micros bigint not null
lot.source smallint not null
lot.transfer uuid not null
lot.usd_nanos_per_credit bigint not null default 0
lot.wallet bigint not null
op.created_at timestamp with time zone not null default now()
op.key text not null
op.outcome json
op.request_hash bytea not null
op.scope text not null
request_outcome.is_charged_late boolean
request_outcome.is_lost boolean
request_outcome.request uuid
request_outcome.state text
request_payer.at timestamp with time zone
request_payer.request uuid
request_payer.wallet bigint
transfer.actor text not null
transfer.at timestamp with time zone not null
transfer.id uuid not null
transfer.kind smallint not null
transfer.memo text
transfer.ref_id text
transfer.ref_type text
unfolded_cost.cost_nanos bigint
unfolded_cost.pool_key uuid
usage.api_key uuid
usage.at timestamp with time zone
usage.attempts json
usage.breakdown json
usage.capped boolean
usage.channel text
usage.charge_micros bigint
usage.cost_breakdown json
usage.cost_card bigint
usage.cost_nanos bigint
usage.debt_micros bigint
usage.error_code text
usage.estimated boolean
usage.http_status smallint
usage.id uuid
usage.key_owner uuid
usage.late_at timestamp with time zone
usage.latency_ms integer
usage.lost boolean
usage.meters json
usage.mode text
usage.model text
usage.multipliers json
usage.overrun_micros bigint
usage.pool_key uuid
usage.price_card bigint
usage.promo_micros bigint
usage.protocol text
usage.provider text
usage.purchased_micros bigint
usage.referral_micros bigint
usage.requests integer
usage.settled_at timestamp with time zone
usage.status text
usage.streamed boolean
usage.task_id text
usage.ttft_ms integer
usage.unvested_micros bigint
usage.upstream_model text
usage.vested_micros bigint
usage.wallet bigint
usage_record.api_key uuid not null
usage_record.at timestamp with time zone not null
usage_record.attempts json not null
usage_record.breakdown json not null
usage_record.capped boolean not null default false
usage_record.channel text
usage_record.charge_micros bigint not null
usage_record.cost_breakdown json not null
usage_record.cost_card bigint
usage_record.cost_nanos bigint not null
usage_record.error_code text
usage_record.estimated boolean not null default false
usage_record.http_status smallint not null
usage_record.id uuid not null
usage_record.key_owner uuid
usage_record.latency_ms integer not null
usage_record.lost boolean not null default false
usage_record.meters json not null
usage_record.mode text not null default 'token'::text
usage_record.model text not null
usage_record.multipliers json not null
usage_record.overrun_micros bigint not null default 0
usage_record.pool_key uuid
usage_record.price_card bigint
usage_record.promo_micros bigint not null default 0
usage_record.protocol text not null
usage_record.provider text not null
usage_record.purchased_micros bigint not null default 0
usage_record.referral_micros bigint not null default 0
usage_record.requests integer not null default 0
usage_record.settled_at timestamp with time zone not null default now()
usage_record.status text not null
usage_record.streamed boolean not null
usage_record.task_id text
usage_record.ttft_ms integer
usage_record.unvested_micros bigint not null default 0
usage_record.upstream_model text not null
usage_record.vested_micros bigint not null default 0
usage_record.wallet bigint not null
wallet.advance bigint not null default 0
wallet.advance_limit bigint not null default 0
wallet.created_at timestamp with time zone not null default now()
wallet.debt bigint not null default 0
wallet.held bigint not null default 0
wallet.id bigint not null generated always as identity
wallet.next_expiry timestamp with time zone
wallet.promo bigint not null default 0
wallet.purchased bigint not null default 0
wallet.referral bigint not null default 0
wallet.unvested bigint not null default 0
wallet.vested bigint not null default 0

-- options
attempt fillfactor=60
counter fillfactor=50
hold fillfactor=60
line  partition by RANGE (at)
lot fillfactor=50
transfer  partition by RANGE (at)
usage_record  partition by RANGE (at)
wallet fillfactor=50

-- constraints
books."freeze".freeze_amount_micros_check CHECK ((amount_micros > 0))
books."freeze".freeze_pkey PRIMARY KEY (reference)
books."freeze".freeze_wallet_fkey FOREIGN KEY (wallet) REFERENCES books.wallet(id)
books.account.account_name_key UNIQUE (name)
books.account.account_pkey PRIMARY KEY (code)
books.attempt.attempt_cost_nanos_check CHECK ((cost_nanos >= 0))
books.attempt.attempt_pkey PRIMARY KEY (hold, n)
books.attempt.attempt_state_check CHECK (((state >= 0) AND (state <= 3)))
books.config_version.config_version_id_check CHECK (id)
books.config_version.config_version_pkey PRIMARY KEY (id)
books.counter.counter_forgotten_amount_check CHECK ((forgotten_amount >= 0))
books.counter.counter_held_amount_check CHECK ((held_amount >= 0))
books.counter.counter_limit_amount_check CHECK ((limit_amount >= 0))
books.counter.counter_owner_kind_period_key UNIQUE (owner, kind, period)
books.counter.counter_pkey PRIMARY KEY (id)
books.counter.counter_unit_check CHECK ((unit = ANY (ARRAY['micros'::text, 'requests'::text])))
books.counter.counter_used_amount_check CHECK ((used_amount >= 0))
books.delta.delta_pkey PRIMARY KEY (seq)
books.hold.hold_amount_micros_check CHECK ((amount_micros >= 0))
books.hold.hold_closed_when_ended CHECK (((state = 0) = (closed_at IS NULL)))
books.hold.hold_pkey PRIMARY KEY (id)
books.hold.hold_state_check CHECK (((state >= 0) AND (state <= 2)))
books.late_report.late_report_charge_is_burned CHECK (((((((promo_micros + referral_micros) + purchased_micros) + vested_micros) + unvested_micros) + debt_micros) = charge_micros))
books.late_report.late_report_charge_micros_check CHECK ((charge_micros >= 0))
books.late_report.late_report_closing_micros_check CHECK ((closing_micros >= 0))
books.late_report.late_report_debt_micros_check CHECK ((debt_micros >= 0))
books.late_report.late_report_is_charged CHECK (((charge_micros + overrun_micros) = (reported_micros - closing_micros)))
books.late_report.late_report_overrun_micros_check CHECK ((overrun_micros >= 0))
books.late_report.late_report_pkey PRIMARY KEY (request)
books.late_report.late_report_transfer_key UNIQUE (transfer)
books.lease.lease_pkey PRIMARY KEY (id)
books.leg.leg_counter_fkey FOREIGN KEY (counter) REFERENCES books.counter(id)
books.leg.leg_held_amount_check CHECK ((held_amount >= 0))
books.leg.leg_pkey PRIMARY KEY (hold, counter)
books.leg.leg_used_amount_check CHECK ((used_amount >= 0))
books.line.line_amount_micros_check CHECK ((amount_micros > 0))
books.lot.lot_check CHECK (((remaining_micros >= 0) AND (remaining_micros <= granted_micros)))
books.lot.lot_granted_micros_check CHECK ((granted_micros > 0))
books.lot.lot_pkey PRIMARY KEY (id)
books.lot.lot_source_check CHECK ((source = ANY (ARRAY[1, 3])))
books.lot.lot_usd_nanos_per_credit_check CHECK ((usd_nanos_per_credit >= 0))
books.lot.lot_wallet_fkey FOREIGN KEY (wallet) REFERENCES books.wallet(id)
books.op.op_pkey PRIMARY KEY (scope, key)
books.usage_record.usage_record_charge_is_burned CHECK ((((((promo_micros + referral_micros) + purchased_micros) + vested_micros) + unvested_micros) = charge_micros))
books.usage_record.usage_record_charge_micros_check CHECK ((charge_micros >= 0))
books.usage_record.usage_record_cost_nanos_check CHECK ((cost_nanos >= 0))
books.usage_record.usage_record_overrun_micros_check CHECK ((overrun_micros >= 0))
books.wallet.wallet_advance_check CHECK ((advance >= 0))
books.wallet.wallet_advance_limit_check CHECK ((advance_limit >= 0))
books.wallet.wallet_available_not_negative CHECK (((((((promo + referral) + purchased) + vested) + unvested) - held) >= 0))
books.wallet.wallet_debt_check CHECK ((debt >= 0))
books.wallet.wallet_held_check CHECK ((held >= 0))
books.wallet.wallet_pkey PRIMARY KEY (id)
books.wallet.wallet_promo_check CHECK ((promo >= 0))
books.wallet.wallet_purchased_check CHECK ((purchased >= 0))
books.wallet.wallet_referral_check CHECK ((referral >= 0))
books.wallet.wallet_unvested_check CHECK ((unvested >= 0))
books.wallet.wallet_vested_check CHECK ((vested >= 0))

-- indexes
CREATE INDEX attempt_unfolded ON books.attempt USING btree (hold, n) WHERE ((state = 1) AND (folded_at IS NULL))
CREATE INDEX freeze_wallet ON books."freeze" USING btree (wallet)
CREATE INDEX hold_open ON books.hold USING btree (wallet, arrived_at) WHERE (closed_at IS NULL)
CREATE INDEX line_issued ON ONLY books.line USING btree (at) WHERE (kind = ANY (ARRAY[1, 7, 10, 18]))
CREATE INDEX line_transfer ON ONLY books.line USING btree (transfer)
CREATE INDEX line_wallet ON ONLY books.line USING btree (wallet, seq DESC) WHERE (wallet IS NOT NULL)
CREATE INDEX lot_expiring ON books.lot USING btree (expires_at) WHERE (is_live AND (expires_at IS NOT NULL))
CREATE INDEX lot_live ON books.lot USING btree (wallet, source, expires_at, id) WHERE is_live
CREATE INDEX lot_transfer ON books.lot USING btree (transfer)
CREATE INDEX transfer_id ON ONLY books.transfer USING btree (id)
CREATE INDEX usage_record_at ON ONLY books.usage_record USING brin (at)
CREATE INDEX usage_record_id ON ONLY books.usage_record USING btree (id)
CREATE INDEX usage_record_wallet ON ONLY books.usage_record USING btree (wallet, at DESC, id DESC)
CREATE UNIQUE INDEX account_name_key ON books.account USING btree (name)
CREATE UNIQUE INDEX account_pkey ON books.account USING btree (code)
CREATE UNIQUE INDEX attempt_pkey ON books.attempt USING btree (hold, n)
CREATE UNIQUE INDEX config_version_pkey ON books.config_version USING btree (id)
CREATE UNIQUE INDEX counter_owner_kind_period_key ON books.counter USING btree (owner, kind, period)
CREATE UNIQUE INDEX counter_pkey ON books.counter USING btree (id)
CREATE UNIQUE INDEX delta_pkey ON books.delta USING btree (seq)
CREATE UNIQUE INDEX freeze_pkey ON books."freeze" USING btree (reference)
CREATE UNIQUE INDEX hold_pkey ON books.hold USING btree (id)
CREATE UNIQUE INDEX late_report_pkey ON books.late_report USING btree (request)
CREATE UNIQUE INDEX late_report_transfer_key ON books.late_report USING btree (transfer)
CREATE UNIQUE INDEX lease_pkey ON books.lease USING btree (id)
CREATE UNIQUE INDEX leg_pkey ON books.leg USING btree (hold, counter)
CREATE UNIQUE INDEX lot_pkey ON books.lot USING btree (id)
CREATE UNIQUE INDEX op_pkey ON books.op USING btree (scope, key)
CREATE UNIQUE INDEX wallet_pkey ON books.wallet USING btree (id)

-- triggers
CREATE TRIGGER late_report_append_only BEFORE DELETE OR UPDATE ON books.late_report FOR EACH ROW EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER late_report_no_truncate BEFORE TRUNCATE ON books.late_report FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER line_append_only BEFORE DELETE OR UPDATE ON books.line FOR EACH ROW EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER line_no_truncate BEFORE TRUNCATE ON books.line FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER op_frozen BEFORE DELETE OR UPDATE ON books.op FOR EACH ROW EXECUTE FUNCTION books.freeze_outcome()
CREATE TRIGGER op_no_truncate BEFORE TRUNCATE ON books.op FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER transfer_append_only BEFORE DELETE OR UPDATE ON books.transfer FOR EACH ROW EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER transfer_no_truncate BEFORE TRUNCATE ON books.transfer FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER usage_record_append_only BEFORE DELETE OR UPDATE ON books.usage_record FOR EACH ROW EXECUTE FUNCTION books.refuse_change()
CREATE TRIGGER usage_record_no_truncate BEFORE TRUNCATE ON books.usage_record FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change()

-- views
advance_limit as  SELECT id AS wallet,
    advance_limit
   FROM books.wallet;
burned_credit as  SELECT COALESCE(r.request, l.transfer) AS request,
    l.at,
    l.lot,
    l.amount_micros,
    t.usd_nanos_per_credit
   FROM ((books.line l
     JOIN books.lot t ON ((t.id = l.lot)))
     LEFT JOIN books.late_report r ON ((r.transfer = l.transfer)))
  WHERE (l.kind = 5);
issued_credit as  SELECT at,
    to_account AS source,
    amount_micros
   FROM books.line
  WHERE ((kind = ANY (ARRAY[1, 7, 10, 18])) AND (from_account > 100) AND (to_account <= 5));
request_outcome as  SELECT id AS request,
        CASE state
            WHEN 0 THEN 'open'::text
            WHEN 1 THEN 'settled'::text
            ELSE 'released'::text
        END AS state,
    (EXISTS ( SELECT
           FROM books.late_report r
          WHERE (r.request = h.id))) AS is_charged_late,
    ( SELECT u.lost
           FROM books.usage_record u
          WHERE (u.id = h.id)) AS is_lost
   FROM books.hold h;
request_payer as  SELECT id AS request,
    at,
    wallet
   FROM books.usage_record;
unfolded_cost as  SELECT pool_key,
    (sum(cost_nanos))::bigint AS cost_nanos
   FROM books.attempt
  WHERE ((state = 1) AND (folded_at IS NULL) AND (pool_key IS NOT NULL))
  GROUP BY pool_key;
usage as  SELECT u.id,
    u.at,
    u.wallet,
    u.api_key,
    u.protocol,
    u.mode,
    u.model,
    u.provider,
    u.upstream_model,
    u.channel,
    u.pool_key,
    u.key_owner,
    u.price_card,
    u.cost_card,
    COALESCE(l.meters, u.meters) AS meters,
    COALESCE(l.multipliers, u.multipliers) AS multipliers,
    COALESCE(l.breakdown, u.breakdown) AS breakdown,
    COALESCE(l.cost_breakdown, u.cost_breakdown) AS cost_breakdown,
    (u.charge_micros + COALESCE(l.charge_micros, (0)::bigint)) AS charge_micros,
    (u.overrun_micros + COALESCE(l.overrun_micros, (0)::bigint)) AS overrun_micros,
    (u.promo_micros + COALESCE(l.promo_micros, (0)::bigint)) AS promo_micros,
    (u.referral_micros + COALESCE(l.referral_micros, (0)::bigint)) AS referral_micros,
    (u.purchased_micros + COALESCE(l.purchased_micros, (0)::bigint)) AS purchased_micros,
    (u.vested_micros + COALESCE(l.vested_micros, (0)::bigint)) AS vested_micros,
    (u.unvested_micros + COALESCE(l.unvested_micros, (0)::bigint)) AS unvested_micros,
    COALESCE(l.debt_micros, (0)::bigint) AS debt_micros,
    u.requests,
    (u.cost_nanos + COALESCE(l.cost_nanos, (0)::bigint)) AS cost_nanos,
    u.attempts,
    COALESCE(l.estimated, u.estimated) AS estimated,
    COALESCE(l.capped, u.capped) AS capped,
    u.lost,
    u.streamed,
    COALESCE(l.status, u.status) AS status,
    COALESCE(l.http_status, u.http_status) AS http_status,
        CASE
            WHEN (l.request IS NULL) THEN u.error_code
            ELSE l.error_code
        END AS error_code,
    COALESCE(l.latency_ms, u.latency_ms) AS latency_ms,
    COALESCE(l.ttft_ms, u.ttft_ms) AS ttft_ms,
    u.task_id,
    u.settled_at,
    l.at AS late_at
   FROM (books.usage_record u
     LEFT JOIN books.late_report l ON ((l.request = u.id)));

-- functions
CREATE OR REPLACE FUNCTION books.begin_op(_scope text, _key text, _hash bytea)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  _op books.op;
begin
  insert into books.op (scope, key, request_hash) values (_scope, _key, _hash) on conflict do nothing;
  if found then return null; end if;
  select * into _op from books.op where scope = _scope and key = _key;
  if _op.request_hash <> _hash then
    raise exception 'another request was made under this key' using errcode = 'SC409';
  end if;
  return coalesce(_op.outcome, 'null'::json);
end $function$
CREATE OR REPLACE FUNCTION books.book_overrun(_transfer uuid, _amount bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _kind_charge constant smallint := 5;
  _account_overrun_loss constant smallint := 110;
  _account_usage_revenue constant smallint := 102;
begin
  if _amount <= 0 then return; end if;
  insert into books.line (at, transfer, kind, from_account, to_account, amount_micros)
  values (_at, _transfer, _kind_charge, _account_overrun_loss, _account_usage_revenue, _amount);
  insert into books.delta (account, amount_micros) values (_account_overrun_loss, -_amount), (_account_usage_revenue, _amount);
end $function$
CREATE OR REPLACE FUNCTION books.bump_config(_topic text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
begin
  update books.config_version set
    keys = keys + (_topic = 'keys')::integer,
    catalog = catalog + (_topic = 'catalog')::integer,
    pool = pool + (_topic = 'pool')::integer,
    settings = settings + (_topic = 'settings')::integer;
  if _topic not in ('keys', 'catalog', 'pool', 'settings') then
    raise exception 'no config topic %', _topic using errcode = 'invalid_parameter_value';
  end if;
end $function$
CREATE OR REPLACE FUNCTION books.charge_late(_item books.end_item, _at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  _kind_charge constant smallint := 5;
  _account_debt constant smallint := 6;
  _account_usage_revenue constant smallint := 102;
  _hold books.hold;
  _due bigint;
  _owed bigint;
  _cost bigint;
  _wallet books.wallet;
  _transfer uuid := gen_random_uuid();
begin
  if exists (select from books.late_report r where r.request = _item.hold) then return true; end if;
  select * into _hold from books.hold h where h.id = _item.hold and h.state > 0
    and exists (select from books.usage_record u where u.id = h.id and u.lost);
  if not found or _item.charge_micros <= _hold.charged_micros then return false; end if;
  _due := greatest(0, least(_item.charge_micros, _hold.amount_micros) - _hold.charged_micros);
  perform books.expire_wallet(_hold.wallet, _at);
  _owed := _due - books.take(_transfer, _kind_charge, _hold.wallet, _due, array[1, 2, 3, 4, 5]::smallint[], null,
    _account_usage_revenue, _at);
  if _owed > 0 then
    update books.wallet set debt = debt + _owed where id = _hold.wallet returning * into _wallet;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _transfer, _kind_charge, _hold.wallet, _account_debt, _account_usage_revenue, _owed,
      _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
    insert into books.delta (account, amount_micros) values (_account_usage_revenue, _owed);
  end if;
  perform books.book_overrun(_transfer, _item.charge_micros - _hold.charged_micros - _due, _at);
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_transfer, _at, _kind_charge, 'key:' || _hold.api_key, 'request', _hold.id::text, 'charged late');
  if _hold.has_legs then
    update books.counter k set used_amount = k.used_amount + _due
    from books.leg l where l.hold = _hold.id and k.id = l.counter and k.unit = 'micros';
    update books.leg l set used_amount = l.used_amount + _due
    from books.counter k where l.hold = _hold.id and k.id = l.counter and k.unit = 'micros';
  end if;
  _cost := books.correct_cost(_item, _at);
  insert into books.late_report
  select _hold.id, _at, _transfer, _hold.wallet, _item.charge_micros, _hold.charged_micros, _due,
    coalesce(sum(l.amount_micros) filter (where l.from_account = 1), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 2), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 3), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 4), 0),
    coalesce(sum(l.amount_micros) filter (where l.from_account = 5), 0),
    _owed, _item.charge_micros - _hold.charged_micros - _due, _cost,
    _item.meters, _item.multipliers, _item.breakdown, _item.cost_breakdown, _item.estimated, coalesce(_item.capped, false),
    _item.status, _item.http_status, _item.error_code, _item.latency_ms, _item.ttft_ms
  from books.line l where l.transfer = _transfer;
  return true;
end $function$
CREATE OR REPLACE FUNCTION books.charge_of_attempt(_hold uuid, _n smallint)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(case
    when later.n = 0 then case when h.state = 1 and r.request is null then h.charged_micros else r.charge_micros end
    when later.n = 1 and h.state = 1 and r.request is not null then h.charged_micros end, 0)
  from books.hold h
  left join books.late_report r on r.request = h.id
  cross join lateral (select count(*) as n from books.attempt x where x.hold = h.id and x.n > _n) later
  where h.id = _hold
$function$
CREATE OR REPLACE FUNCTION books.claim_operation(_scope text, _key text, _request_hash bytea)
 RETURNS TABLE(request_hash bytea, outcome text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  insert into books.op (scope, key, request_hash) values (_scope, _key, _request_hash) on conflict do nothing;
  if not found then
    return query select op.request_hash, op.outcome::text from books.op where op.scope = _scope and op.key = _key;
  end if;
end $function$
CREATE OR REPLACE FUNCTION books.claw_back(_posting books.posting, _amount bigint, _to smallint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_vested constant smallint := 4;
  _account_unvested constant smallint := 5;
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _before books.wallet;
  _wallet books.wallet;
  _taken bigint;
  _covered bigint;
  _rest bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a claw-back is above zero'; end if;
  select * into _before from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _taken := books.take(_posting.transfer, _posting.kind, _posting.wallet, _amount,
    array[5, 4, 1, 2, 3]::smallint[], null, _to, _at);
  update books.wallet set debt = debt + (_amount - _taken) where id = _posting.wallet returning * into _wallet;
  _covered := least(_before.advance, _amount - (_before.unvested - _wallet.unvested));
  -- Holds kept the rest from being taken: it stays for them, as credits that are owed and no longer wait for vesting.
  _rest := least(_wallet.unvested, _amount - (_before.unvested - _wallet.unvested) - _covered);
  update books.wallet set advance = advance - _covered, unvested = unvested - _rest, vested = vested + _rest
  where id = _posting.wallet;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _posting.transfer, _posting.kind, _posting.wallet, x.source, x.account, x.amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested
  from (values 
    (_account_debt, _to, _amount - _taken),
    (_account_unvested, _account_unvested, _covered),
    (_account_unvested, _account_vested, _rest)
  ) x(source, account, amount)
  where x.amount > 0;
  insert into books.delta (account, amount_micros) select _to, _amount - _taken where _amount > _taken;
  perform books.write_transfer(_posting, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'taken', _taken::text, 'owed', (_amount - _taken)::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.close_lapsed_leases(_ttl interval, _apart interval)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _now timestamptz := clock_timestamp();
  _closed bigint;
begin
  update books.lease set closed_at = _now
  where closed_at is null and renewed_at < _now - _ttl and lapsed_at <= _now - _apart;
  get diagnostics _closed = row_count;
  update books.lease set lapsed_at = _now where closed_at is null and lapsed_at is null and renewed_at < _now - _ttl;
  return _closed;
end $function$
CREATE OR REPLACE FUNCTION books.close_lease(_lease bigint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  update books.lease set closed_at = clock_timestamp() where id = _lease and closed_at is null
$function$
CREATE OR REPLACE FUNCTION books.correct_cost(_item books.end_item, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _attempt books.attempt;
  _more bigint;
begin
  select * into _attempt from books.attempt a where a.hold = _item.hold order by a.n desc limit 1;
  if not found then return 0; end if;
  if _attempt.state = 3 then
    update books.attempt a set state = 1, outcome = coalesce(_item.error_code, _item.status), cost_nanos = _item.cost_nanos
    where a.hold = _attempt.hold and a.n = _attempt.n;
    return _item.cost_nanos - _attempt.cost_nanos;
  end if;
  _more := greatest(0, _item.cost_nanos - _attempt.cost_nanos);
  insert into books.attempt (hold, n, pool_key, state, outcome, cost_nanos, started_at)
  values (_attempt.hold, _attempt.n + 1, _attempt.pool_key, 1, coalesce(_item.error_code, _item.status), _more, _at);
  return _more;
end $function$
CREATE OR REPLACE FUNCTION books.credit(_posting books.posting, _source smallint, _amount bigint, _from smallint, _usd_nanos_per_credit bigint, _expires_at timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _at timestamptz := now();
  _wallet books.wallet;
  _lot bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a credit is above zero'; end if;
  if _from < 100 or _source > 5 then raise exception 'a credit goes from a platform account to a source'; end if;
  if _expires_at is not null and _source <> 1 then raise exception 'only promo credits expire'; end if;
  if _expires_at <= _at then raise exception 'the expiry has passed'; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  if _source in (1, 3) then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, usd_nanos_per_credit, expires_at, transfer)
    values (_posting.wallet, _source, _amount, _amount, coalesce(_usd_nanos_per_credit, 0), _expires_at, _posting.transfer)
    returning id into _lot;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _amount else 0 end,
    referral = referral + case _source when 2 then _amount else 0 end,
    purchased = purchased + case _source when 3 then _amount else 0 end,
    vested = vested + case _source when 4 then _amount else 0 end,
    unvested = unvested + case _source when 5 then _amount else 0 end,
    next_expiry = least(next_expiry, _expires_at)
  where id = _posting.wallet returning * into _wallet;
  perform books.write_transfer(_posting, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _posting.transfer, _posting.kind, _posting.wallet, _from, _source, _lot, _amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
  insert into books.delta (account, amount_micros) values (_from, -_amount);
  perform books.pay_debt(_posting.wallet, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'lot', _lot);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.debit(_posting books.posting, _amount bigint, _order smallint[], _lot bigint, _to smallint, _may_owe boolean)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _taken bigint;
  _owed bigint := 0;
  _wallet books.wallet;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a debit is above zero'; end if;
  if _to < 100 then raise exception 'a debit goes to a platform account'; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _taken := books.take(_posting.transfer, _posting.kind, _posting.wallet, _amount, _order, _lot, _to, _at);
  if _may_owe and _taken < _amount then
    _owed := _amount - _taken;
    update books.wallet set debt = debt + _owed where id = _posting.wallet returning * into _wallet;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
    values (_at, _posting.transfer, _posting.kind, _posting.wallet, _account_debt, _to, _owed,
      _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
    insert into books.delta (account, amount_micros) values (_to, _owed);
  end if;
  if _taken + _owed > 0 then perform books.write_transfer(_posting, _at); end if;
  _outcome := json_build_object('transfer', _posting.transfer, 'taken', _taken::text, 'owed', _owed::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.drop_old_usage(_months integer)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
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
end $function$
CREATE OR REPLACE FUNCTION books.end_hold_slow_path(_item books.end_item, _at timestamp with time zone)
 RETURNS TABLE(hold uuid, charged_micros bigint)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _kind_charge constant smallint := 5;
  _hold books.hold;
  _wallet books.wallet;
  _cap bigint;
  _counter_cap bigint;
begin
  select * into _hold from books.hold where id = _item.hold and state = 0;
  if not found then return; end if;
  select * into _wallet from books.wallet where id = _hold.wallet;
  if _item.charge_micros > _hold.amount_micros then
    _cap := _hold.amount_micros + books.spendable(_wallet);
    select min(l.held_amount + greatest(0, k.limit_amount - k.used_amount - k.held_amount)) into _counter_cap
    from books.leg l join books.counter k on k.id = l.counter
    where l.hold = _hold.id and k.unit = 'micros' and k.limit_amount is not null;
    if _counter_cap is not null then _cap := least(_cap, greatest(_counter_cap, _hold.amount_micros)); end if;
    if _item.charge_micros > _cap then
      _item.overrun_micros := _item.charge_micros - _cap;
      _item.charge_micros := _cap;
    end if;
  end if;
  return query select * from books.end_holds(array[_item], _at);
  if _item.overrun_micros > 0 then
    if _item.charge_micros = 0 then
      insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
      values (_hold.id, _at, _kind_charge, 'key:' || _hold.api_key, 'request', _hold.id::text);
    end if;
    perform books.book_overrun(_hold.id, _item.overrun_micros, _at);
  end if;
end $function$
CREATE OR REPLACE FUNCTION books.end_holds(_items books.end_item[], _at timestamp with time zone)
 RETURNS TABLE(hold uuid, charged_micros bigint)
 LANGUAGE plpgsql
 SET enable_nestloop TO 'off'
AS $function$
#variable_conflict use_column
declare
  _ids uuid[] := array(select i.hold from unnest(_items) i);
  _wallets bigint[] := array(select distinct h.wallet from books.hold h where h.id = any (_ids));
begin
  return query
  with closed as (
    update books.hold h
    set state = case when i.released then 2 else 1 end, charged_micros = i.charge_micros, closed_at = _at, checkpoint = null
    from unnest(_items) with ordinality i
    where h.id = any (_ids) and h.id = i.hold and h.state = 0
    returning h.id, h.wallet, h.api_key, h.amount_micros, h.arrived_at, h.has_legs, h.draft, i.n, i.released, i.charge_micros, i.overrun_micros,
      i.cost_nanos, i.total_cost_nanos, i.channel, i.pool_key, i.key_owner, i.upstream_model, i.meters, i.multipliers,
      i.breakdown, i.cost_breakdown, i.attempts, i.requests, i.estimated, i.capped, i.lost, i.status, i.http_status, i.error_code,
      i.latency_ms, i.ttft_ms, i.ordinality
  ),
  total as materialized (
    select wallet, sum(charge_micros)::bigint as need, sum(amount_micros)::bigint as held, min(arrived_at) as arrived_at
    from closed group by wallet
  ),
  due as materialized (
    select id, wallet, ordinality, charge_micros,
      sum(charge_micros) over (partition by wallet order by ordinality)::bigint as upto
    from closed where charge_micros > 0
  ),
  supply as materialized (
    select t.wallet, s.source, s.lot, s.amount,
      coalesce(sum(s.amount) over (partition by t.wallet order by s.rank, s.expires_at nulls last, s.lot
        rows between unbounded preceding and 1 preceding), 0)::bigint as before,
      w.promo + w.referral + w.purchased + w.vested + w.unvested as balance
    from total t
    join books.wallet w on w.id = any (_wallets) and w.id = t.wallet
    cross join lateral (
      select 1 as rank, 1 as source, l.id as lot, l.remaining_micros as amount, l.expires_at
      from books.lot l
      where l.wallet = t.wallet and l.source = 1 and l.is_live
        and (l.expires_at is null or l.expires_at > t.arrived_at)
      union all select 2, 2, null, w.referral, null where w.referral > 0
      union all select 3, 3, l.id, l.remaining_micros, null
      from books.lot l where l.wallet = t.wallet and l.source = 3 and l.is_live
      union all select 4, 4, null, w.vested, null where w.vested > 0
      union all select 5, 5, null, w.unvested, null where w.unvested > 0
    ) s
    where t.need > 0
  ),
  burn as materialized (
    select d.id, d.wallet, d.ordinality, s.source, s.lot, s.before,
      (least(d.upto, s.before + s.amount) - greatest(d.upto - d.charge_micros, s.before))::bigint as amount,
      s.balance - least(d.upto, s.before + s.amount) as balance_after
    from due d
    join supply s on s.wallet = d.wallet and s.before < d.upto and s.before + s.amount > d.upto - d.charge_micros
  ),
  split as materialized (
    select id, wallet,
      coalesce(sum(amount) filter (where source = 1), 0)::bigint as promo,
      coalesce(sum(amount) filter (where source = 2), 0)::bigint as referral,
      coalesce(sum(amount) filter (where source = 3), 0)::bigint as purchased,
      coalesce(sum(amount) filter (where source = 4), 0)::bigint as vested,
      coalesce(sum(amount) filter (where source = 5), 0)::bigint as unvested
    from burn group by id, wallet
  ),
  by_wallet as materialized (
    select wallet, sum(promo)::bigint as promo, sum(referral)::bigint as referral, sum(purchased)::bigint as purchased,
      sum(vested)::bigint as vested, sum(unvested)::bigint as unvested
    from split group by wallet
  ),
  wallets as (
    update books.wallet w
    set promo = w.promo - coalesce(b.promo, 0), referral = w.referral - coalesce(b.referral, 0),
      purchased = w.purchased - coalesce(b.purchased, 0), vested = w.vested - coalesce(b.vested, 0),
      unvested = w.unvested - coalesce(b.unvested, 0), advance = w.advance + coalesce(b.unvested, 0),
      held = w.held - t.held
    from total t left join by_wallet b on b.wallet = t.wallet
    where w.id = any (_wallets) and w.id = t.wallet
  ),
  lots as (
    update books.lot l set remaining_micros = l.remaining_micros - b.amount
    from (select lot, sum(amount)::bigint as amount from burn where lot is not null group by lot) b
    where l.wallet = any (_wallets) and l.is_live and l.id = b.lot
  ),
  transfers as (
    insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
    select id, _at, 5, 'key:' || api_key, 'request', id::text from closed where charge_micros > 0
  ),
  lines as (
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
    select _at, id, 5, wallet, source, 102, lot, amount, balance_after from burn order by wallet, ordinality, before
  ),
  attempts as (
    update books.attempt a
    -- What a crash lost is an estimate: it is on the record, and neither on the key nor vested.
    set state = case when not c.released then 1 when c.lost then 3 when c.cost_nanos > 0 then 1 else 2 end,
      outcome = coalesce(c.error_code, c.status), cost_nanos = c.cost_nanos
    from closed c where a.hold = any (_ids) and a.hold = c.id and a.n = c.n
  ),
  legs as (
    update books.leg l
    set used_amount = case when c.released then 0 when k.unit = 'requests' then c.requests else c.charge_micros end
    from closed c, books.counter k
    where c.has_legs and l.hold = any (_ids) and l.hold = c.id
      and k.id = any (array(select x.counter from books.leg x where x.hold = any (_ids))) and k.id = l.counter
    returning l.counter, l.held_amount, l.used_amount
  ),
  counters as (
    update books.counter k set held_amount = k.held_amount - l.held, used_amount = k.used_amount + l.used
    from (select counter, sum(held_amount)::bigint as held, sum(used_amount)::bigint as used from legs group by counter) l
    where k.id = any (array(select counter from legs)) and k.id = l.counter
  ),
  records as (
    insert into books.usage_record (id, at, wallet, api_key, protocol, mode, model, provider, upstream_model, channel,
      pool_key, key_owner, price_card, cost_card, meters, multipliers, breakdown, cost_breakdown,
      charge_micros, overrun_micros, promo_micros, referral_micros, purchased_micros, vested_micros, unvested_micros,
      requests, cost_nanos, attempts, estimated, capped, lost, streamed, status, http_status, error_code,
      latency_ms, ttft_ms, settled_at)
    select c.id, c.arrived_at, c.wallet, c.api_key, d.protocol, d.mode, d.model, d.provider, c.upstream_model, c.channel,
      c.pool_key, c.key_owner, d.price_card, d.cost_card, c.meters, c.multipliers, c.breakdown, c.cost_breakdown,
      c.charge_micros, c.overrun_micros, coalesce(s.promo, 0), coalesce(s.referral, 0), coalesce(s.purchased, 0),
      coalesce(s.vested, 0), coalesce(s.unvested, 0), c.requests, c.total_cost_nanos, c.attempts, c.estimated,
      coalesce(c.capped, false), c.lost, d.streamed, c.status, c.http_status, c.error_code, c.latency_ms, c.ttft_ms, _at
    from closed c
    cross join lateral json_to_record(c.draft) as d(protocol text, mode text, model text, provider text,
      price_card bigint, cost_card bigint, streamed boolean)
    left join split s on s.id = c.id
  ),
  platform as (
    insert into books.delta (account, amount_micros)
    select 102, sum(charge_micros)::bigint from closed having sum(charge_micros) > 0
  )
  select id, charge_micros from closed;
end $function$
CREATE OR REPLACE FUNCTION books.expire_lots(_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _wallet bigint;
  _sum bigint := 0;
begin
  for _wallet in
    select w.id from books.wallet w
    where w.id in (select wallet from books.lot where is_live and expires_at <= now() limit _limit)
    order by w.id for update skip locked
  loop
    _sum := _sum + books.expire_wallet(_wallet, now());
  end loop;
  return _sum;
end $function$
CREATE OR REPLACE FUNCTION books.expire_wallet(_wallet bigint, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _kind_expiry constant smallint := 16;
  _account_expired constant smallint := 113;
  _lot books.lot;
  _reserved_before bigint := 0;
  _reserved bigint;
  _expired bigint := 0;
  _part bigint;
  _transfer uuid;
begin
  if not exists (select from books.wallet where id = _wallet and next_expiry <= _at) then return 0; end if;
  for _lot in
    select * from books.lot
    where wallet = _wallet and source = 1 and is_live and expires_at <= _at order by expires_at, id
  loop
    select least(_lot.remaining_micros, greatest(0, coalesce(sum(h.amount_micros), 0) - _reserved_before)) into _reserved
    from books.hold h where h.wallet = _wallet and h.closed_at is null and h.arrived_at < _lot.expires_at;
    _reserved_before := _reserved_before + _reserved;
    if _lot.remaining_micros > _reserved then
      _transfer := gen_random_uuid();
      _part := books.take(_transfer, _kind_expiry, _wallet, _lot.remaining_micros - _reserved,
        '{}', _lot.id, _account_expired, _at);
      if _part > 0 then
        insert into books.transfer (id, at, kind, actor, ref_type, ref_id)
        values (_transfer, _at, _kind_expiry, 'system:ledger', 'lot', _lot.id::text);
      end if;
      _expired := _expired + _part;
    end if;
  end loop;
  update books.wallet set next_expiry = (
    select min(expires_at) from books.lot where wallet = _wallet and is_live)
  where id = _wallet;
  return _expired;
end $function$
CREATE OR REPLACE FUNCTION books.finish_operation(_scope text, _key text, _outcome text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  update books.op set outcome = _outcome::json where scope = _scope and key = _key
$function$
CREATE OR REPLACE FUNCTION books.flush(_lease bigint, _reserves json, _attempts json, _extends json, _ends json)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
 SET lock_timeout TO '250ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  _at timestamptz;
  _r books.reserve_item[];
  _a books.attempt_item[];
  _x books.extend_item[];
  _e books.end_item[];
  _holds uuid[];
begin
  if _reserves is not null then
    select array_agg(i) into _r from json_populate_recordset(null::books.reserve_item, _reserves) i;
  end if;
  if _extends is not null then
    select array_agg(i) into _x from json_populate_recordset(null::books.extend_item, _extends) i;
  end if;
  if _ends is not null then
    select array_agg(i) into _e from json_populate_recordset(null::books.end_item, _ends) i;
  end if;
  if _attempts is not null then
    select array_agg(i) into _a from json_populate_recordset(null::books.attempt_item, _attempts) i;
  end if;
  select array_agg(u.hold) into _holds
  from (select i.hold from unnest(_e) i union all select i.hold from unnest(_x) i union all select i.hold from unnest(_a) i) u;
  perform 1 from books.wallet w
  where w.id = any (array(
    select i.wallet from unnest(_r) i union select i.wallet from unnest(_e) i union select h.wallet from books.hold h where h.id = any (_holds)))
  order by w.id for update;
  -- The time of the batch is when it has its wallets: an older one would reserve and burn what others have expired.
  _at := clock_timestamp();
  if _e is not null then
    insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, draft)
    select i.hold, i.wallet, _lease, i.api_key, 0, least(i.arrived_at, _at), i.draft
    from unnest(_e) i where i.wallet is not null on conflict do nothing;
    return query select * from books.flush_ends(_e, _at);
  end if;
  if _a is not null then return query select * from books.flush_attempts(_a, _at); end if;
  if _x is not null then return query select * from books.flush_extends(_x, _at); end if;
  if _r is not null then return query select * from books.flush_reserves(_r, _lease, _at); end if;
end $function$
CREATE OR REPLACE FUNCTION books.flush_attempts(_items books.attempt_item[], _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _ids uuid[] := array(select i.hold from unnest(_items) i);
begin
  update books.attempt a
  set state = case when i.previous_cost_nanos > 0 then 1 else 2 end, outcome = i.previous_outcome,
    cost_nanos = i.previous_cost_nanos
  from unnest(_items) i
  where a.hold = any (_ids) and a.hold = i.hold and a.n = i.n - 1 and a.state = 0
    and exists (select from books.hold h where h.id = i.hold and h.state = 0);
  return query
  with made as (
    insert into books.attempt (hold, n, pool_key, started_at)
    select i.hold, i.n, i.pool_key, _at from unnest(_items) i
    join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0
    on conflict do nothing
  )
  select 2::smallint, i.hold, case when h.id is null then 1 else 0 end::smallint, null::bigint, null::json
  from unnest(_items) i left join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0;
end $function$
CREATE OR REPLACE FUNCTION books.flush_ends(_items books.end_item[], _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _careful bigint[];
  _fast books.end_item[];
  _item books.end_item;
  _ids uuid[];
  _amounts bigint[];
  _id uuid;
  _amount bigint;
  _all uuid[] := array(select i.hold from unnest(_items) i);
  _late uuid[];
begin
  select array_agg(distinct h.wallet) into _careful
  from unnest(_items) i
  join books.hold h on h.id = i.hold and h.state = 0
  join books.wallet w on w.id = h.wallet
  where h.id = any (_all) and (w.debt > 0 or w.next_expiry <= _at or i.charge_micros > h.amount_micros);
  if _careful is null then
    _fast := _items;
  else
    select array_agg(i) into _fast
    from unnest(_items) i join books.hold h on h.id = i.hold
    where h.id = any (_all) and h.wallet <> all (_careful);
  end if;
  select array_agg(e.hold), array_agg(e.charged_micros) into _ids, _amounts from books.end_holds(_fast, _at) e;
  if _careful is not null then
    foreach _item in array _items loop
      select e.hold, e.charged_micros into _id, _amount
      from books.hold h, books.end_hold_slow_path(_item, _at) e
      where h.id = _item.hold and h.wallet = any (_careful);
      if found then
        _ids := _ids || _id;
        _amounts := _amounts || _amount;
      end if;
    end loop;
    perform books.expire_wallet(w, _at), books.pay_debt(w, _at) from unnest(_careful) w;
  end if;
  -- What was delivered under a hold that others had ended is charged after all.
  for _item in select i.* from unnest(_items) i where i.delivered and not i.released and i.hold <> all (coalesce(_ids, '{}')) loop
    if books.charge_late(_item, _at) then _late := _late || _item.hold; end if;
  end loop;
  return query
  select 4::smallint, i.hold, case when d.id is not null then 0 when i.hold = any (_late) then 7 else 1 end::smallint,
    coalesce(d.amount, (select h.charged_micros + coalesce(r.charge_micros, 0)
      from books.hold h left join books.late_report r on r.request = h.id where h.id = i.hold), 0),
    case when d.id is null then (select json_build_object('released', h.state = 2, 'lost', u.lost)
      from books.hold h join books.usage_record u on u.id = h.id where h.id = i.hold) end
  from unnest(_items) i
  left join unnest(_ids, _amounts) d(id, amount) on d.id = i.hold;
end $function$
CREATE OR REPLACE FUNCTION books.flush_extends(_items books.extend_item[], _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _item books.extend_item;
  _add bigint;
  _h books.hold;
  _w books.wallet;
  _ids uuid[] := array(select i.hold from unnest(_items) i);
begin
  update books.hold h set checkpoint = i.checkpoint, checkpoint_micros = (i.checkpoint ->> 'chargeMicros')::bigint
  from unnest(_items) i where h.id = any (_ids) and h.id = i.hold and h.state = 0 and i.checkpoint is not null;
  return query
  select 3::smallint, i.hold, case when h.id is null then 1 else 0 end::smallint, null::bigint, null::json
  from unnest(_items) i left join books.hold h on h.id = any (_ids) and h.id = i.hold and h.state = 0 where i.to_micros is null;
  foreach _item in array _items loop
    continue when _item.to_micros is null;
    verb := 3; id := _item.hold; code := 0; amount := null; extra := null;
    select * into _h from books.hold h where h.id = _item.hold and h.state = 0;
    _add := greatest(0, _item.to_micros - _h.amount_micros);
    if not found then
      code := 1;
    elsif _add > 0 then
      select * into _w from books.wallet w where w.id = _h.wallet;
      amount := books.spendable(_w);
      if _add > amount or exists (
        select from books.leg l join books.counter k on k.id = l.counter
        where l.hold = _h.id and k.unit = 'micros' and k.used_amount + k.held_amount + _add > k.limit_amount
      ) then
        code := 2;
      else
        update books.hold h set amount_micros = _item.to_micros where h.id = _h.id;
        update books.wallet w set held = w.held + _add where w.id = _h.wallet;
        update books.counter k set held_amount = k.held_amount + _add
        from books.leg l where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
        update books.leg l set held_amount = l.held_amount + _add
        from books.counter k where l.hold = _h.id and k.id = l.counter and k.unit = 'micros';
      end if;
    end if;
    return next;
  end loop;
end $function$
CREATE OR REPLACE FUNCTION books.flush_reserves(_items books.reserve_item[], _lease bigint, _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  _careful bigint[];
  _item books.reserve_item;
  _r record;
begin
  if not exists (select from books.lease l where l.id = _lease and l.closed_at is null) then
    return query select 1::smallint, i.hold, 5::smallint, null::bigint, null::json from unnest(_items) i;
    return;
  end if;
  perform books.lock_counters(_items);
  select coalesce(array_agg(n.wallet), '{}') into _careful
  from (select i.wallet, sum(i.amount_micros) as need, bool_or(i.legs is not null) as has_legs
        from unnest(_items) i group by i.wallet) n
  left join lateral (
    select books.spendable(w) as spendable, w.next_expiry, w.debt from books.wallet w where w.id = n.wallet) w on true
  where n.has_legs or w.spendable is null or w.debt > 0 or w.spendable < n.need or w.next_expiry <= _at;
  return query select * from books.reserve_together(
    array(select i from unnest(_items) i where i.wallet <> all (_careful)), _lease, _at);
  if cardinality(_careful) > 0 then
    foreach _item in array _items loop
      continue when _item.wallet <> all (_careful);
      select * into _r from books.reserve_one(_item, _lease, _at);
      verb := 1; id := _item.hold; code := _r.code; amount := _r.amount; extra := _r.extra;
      return next;
    end loop;
  end if;
end $function$
CREATE OR REPLACE FUNCTION books.fold_attempts(_limit integer, _except uuid[] DEFAULT '{}'::uuid[], _only uuid DEFAULT NULL::uuid)
 RETURNS TABLE(hold uuid, n smallint, pool_key uuid, cost_nanos bigint, charge_micros bigint, started_at timestamp with time zone)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  with picked as (
    select a.hold, a.n from books.attempt a
    where a.state = 1 and a.folded_at is null and (_only is null or a.pool_key = _only)
      and (a.pool_key is null or a.pool_key <> all (_except))
    order by a.hold, a.n limit _limit for update skip locked)
  update books.attempt a set folded_at = now() from picked p where a.hold = p.hold and a.n = p.n
  returning a.hold, a.n, a.pool_key, a.cost_nanos, coalesce(books.charge_of_attempt(a.hold, a.n), 0), a.started_at
$function$
CREATE OR REPLACE FUNCTION books.fold_deltas()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _n bigint;
begin
  perform pg_advisory_xact_lock(hashtext('books.fold_deltas'));
  with gone as (delete from books.delta where seq in (select seq from books.delta order by seq limit 10000)
    returning account, amount_micros),
  sums as (select account, sum(amount_micros)::bigint as amount, count(*) as n from gone group by account),
  folded as (
    update books.account a set balance_micros = a.balance_micros + s.amount from sums s where a.code = s.account)
  select coalesce(sum(n), 0) into _n from sums;
  return _n;
end $function$
CREATE OR REPLACE FUNCTION books.freeze_outcome()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'UPDATE' and old.outcome is null and new.scope = old.scope and new.key = old.key
     and new.request_hash = old.request_hash and new.created_at = old.created_at then
    return new;
  end if;
  if tg_op = 'DELETE' and old.created_at < now() - interval '400 days' then
    return old;
  end if;
  raise exception 'books.op keeps its outcomes: % refused', tg_op using errcode = 'restrict_violation';
end $function$
CREATE OR REPLACE FUNCTION books.grant_contribution(_posting books.posting, _net bigint, _fee bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_unvested constant smallint := 5;
  _account_contribution_fees constant smallint := 103;
  _account_pool_inventory constant smallint := 105;
  _outcome json;
  _transfer uuid;
begin
  if _fee < 0 then raise exception 'a fee is not negative'; end if;
  _outcome := books.credit(_posting, _account_unvested, _net, _account_pool_inventory, 0, null);
  _transfer := (_outcome ->> 'transfer')::uuid;
  -- The same grant again gives its first outcome, and its fee is there.
  if _fee = 0 or exists (select from books.line where transfer = _transfer and to_account = _account_contribution_fees) then
    return _outcome;
  end if;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros)
  values (now(), _transfer, _posting.kind, null, _account_pool_inventory, _account_contribution_fees, _fee);
  insert into books.delta (account, amount_micros) values (_account_pool_inventory, -_fee), (_account_contribution_fees, _fee);
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.keys_to_fold(_limit integer, _except uuid[])
 RETURNS TABLE(pool_key uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  select distinct p.pool_key from (
    select a.pool_key from books.attempt a
    where a.state = 1 and a.folded_at is null and a.pool_key <> all (_except)
    order by a.hold, a.n limit _limit) p
$function$
CREATE OR REPLACE FUNCTION books.lock_advance_limits(_wallets bigint[])
 RETURNS TABLE(wallet bigint, limit_micros bigint)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  select id, advance_limit from books.wallet where id = any (_wallets) order by id for update
$function$
CREATE OR REPLACE FUNCTION books.lock_counters(_items books.reserve_item[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from unnest(_items) i where i.legs is not null) then return; end if;
  insert into books.counter (owner, kind, period, unit, limit_amount)
  select distinct on (l.owner, l.kind, l.period) l.owner, l.kind, l.period, coalesce(l.unit, 'micros'), l."limit"
  from unnest(_items) i, json_populate_recordset(null::books.leg_item, coalesce(i.legs, '[]')) l
  order by l.owner, l.kind, l.period
  on conflict (owner, kind, period) do update set limit_amount = excluded.limit_amount
  where books.counter.limit_amount is distinct from excluded.limit_amount;
  perform from books.counter k
  where (k.owner, k.kind, k.period) in (
    select l.owner, l.kind, l.period
    from unnest(_items) i, json_populate_recordset(null::books.leg_item, coalesce(i.legs, '[]')) l)
  order by k.id for update;
end $function$
CREATE OR REPLACE FUNCTION books.make_partitions(_months integer)
 RETURNS TABLE(parent text, month date, stray bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
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
end $function$
CREATE OR REPLACE FUNCTION books.open_lease(_process text)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  insert into books.lease (process) values (_process) returning id
$function$
CREATE OR REPLACE FUNCTION books.open_wallet()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  insert into books.wallet default values returning id
$function$
CREATE OR REPLACE FUNCTION books.orphaned_holds(_limit integer, _except uuid[] DEFAULT '{}'::uuid[])
 RETURNS TABLE(hold uuid, wallet bigint, api_key uuid, amount_micros bigint, arrived_at timestamp with time zone, draft json, checkpoint json, n smallint, pool_key uuid, age_ms integer, attempts json)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  select h.id, h.wallet, h.api_key, h.amount_micros, h.arrived_at, h.draft, h.checkpoint, a.n, a.pool_key,
    least(extract(epoch from now() - h.arrived_at) * 1000, 2147483647)::integer, t.attempts
  from books.hold h
  join books.lease l on l.id = h.lease and l.closed_at is not null
  cross join lateral (select n, pool_key from books.attempt where hold = h.id order by n desc limit 1) a
  cross join lateral (
    select json_agg(json_build_object('n', x.n, 'poolKey', x.pool_key, 'outcome', coalesce(x.outcome, 'unknown'),
      'costNanos', x.cost_nanos::text) order by x.n) as attempts from books.attempt x where x.hold = h.id) t
  where h.closed_at is null and h.id <> all (_except) limit _limit
$function$
CREATE OR REPLACE FUNCTION books.pay_debt(_wallet bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _kind_debt_paid constant smallint := 17;
  _account_debt constant smallint := 6;
  _debt bigint;
  _transfer uuid := gen_random_uuid();
begin
  select debt into _debt from books.wallet where id = _wallet and debt > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > 0
    and promo + referral + purchased + vested + least(unvested, greatest(0, advance_limit - advance)) > held;
  if not found then return; end if;
  if books.take(_transfer, _kind_debt_paid, _wallet, _debt, array[1, 2, 3, 4, 5]::smallint[], null,
    _account_debt, _at) > 0 then
    insert into books.transfer (id, at, kind, actor) values (_transfer, _at, _kind_debt_paid, 'system:ledger');
  end if;
end $function$
CREATE OR REPLACE FUNCTION books.purge_old_holds(_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _old uuid[];
begin
  select array_agg(id) into _old from (
    select id from books.hold where state > 0 and closed_at < now() - interval '400 days' limit _limit) h;
  update books.counter k set forgotten_amount = k.forgotten_amount + l.used
  from (select counter, sum(used_amount)::bigint as used from books.leg where hold = any (_old) group by counter) l
  where k.id = l.counter;
  delete from books.leg where hold = any (_old);
  delete from books.attempt where hold = any (_old);
  delete from books.hold where id = any (_old);
  delete from books.op where ctid in (select ctid from books.op where created_at < now() - interval '400 days' limit _limit);
  return coalesce(cardinality(_old), 0);
end $function$
CREATE OR REPLACE FUNCTION books.put_back(_posting books.posting, _from smallint, _source smallint, _lot bigint, _amount bigint, _at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  _wallet books.wallet;
  _into bigint := _lot;
  _part bigint := _amount;
begin
  if _lot is not null then
    select least(_amount, granted_micros - remaining_micros) into _part from books.lot where id = _lot;
    if _part < _amount then perform books.put_back(_posting, _from, 3::smallint, null, _amount - _part, _at); end if;
    if _part = 0 then return; end if;
    update books.lot set remaining_micros = remaining_micros + _part where id = _lot;
  elsif _source = 3 then
    insert into books.lot (wallet, source, granted_micros, remaining_micros, transfer)
    values (_posting.wallet, _source, _part, _part, _posting.transfer) returning id into _into;
  end if;
  update books.wallet set
    promo = promo + case _source when 1 then _part else 0 end,
    referral = referral + case _source when 2 then _part else 0 end,
    purchased = purchased + case _source when 3 then _part else 0 end,
    vested = vested + case _source when 4 then _part else 0 end,
    next_expiry = least(next_expiry, (select expires_at from books.lot where id = _into))
  where id = _posting.wallet returning * into _wallet;
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
  values (_at, _posting.transfer, _posting.kind, _posting.wallet, _from, _source, _into, _part,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
end $function$
CREATE OR REPLACE FUNCTION books.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'books.% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $function$
CREATE OR REPLACE FUNCTION books.renew_lease(_lease bigint)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  with renewed as (
    update books.lease set renewed_at = clock_timestamp(), lapsed_at = null where id = _lease and closed_at is null
    returning 1)
  select exists (select from renewed)
$function$
CREATE OR REPLACE FUNCTION books.reserve_one(_item books.reserve_item, _lease bigint, _at timestamp with time zone, OUT code smallint, OUT amount bigint, OUT extra json)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  _w books.wallet;
  _leg books.leg_item;
  _k books.counter;
begin
  select case when h.state = 0 then 1 else 6 end into code from books.hold h where h.id = _item.hold;
  if found then return; end if;
  perform books.expire_wallet(_item.wallet, _at);
  select * into _w from books.wallet where id = _item.wallet;
  if _w.debt > 0 then code := 3; amount := _w.debt; return; end if;
  if not found or _item.amount_micros > books.spendable(_w) then
    code := 2; amount := coalesce(books.spendable(_w), 0); return;
  end if;
  for _leg in
    select l.owner, l.kind, l.period, min(l.unit), min(l."limit"), sum(l.amount)::bigint
    from json_populate_recordset(null::books.leg_item, coalesce(_item.legs, '[]')) l group by l.owner, l.kind, l.period
  loop
    select * into _k from books.counter k
    where k.owner = _leg.owner and k.kind = _leg.kind and k.period = _leg.period;
    if _leg."limit" is not null and _k.used_amount + _k.held_amount + _leg.amount > _leg."limit" then
      code := 4;
      extra := json_build_object('owner', _leg.owner, 'kind', _leg.kind, 'period', _leg.period,
        'used', _k.used_amount, 'held', _k.held_amount);
      return;
    end if;
  end loop;
  insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, has_legs, draft)
  values (_item.hold, _item.wallet, _lease, _item.api_key, _item.amount_micros, least(_item.arrived_at, _at),
    json_array_length(coalesce(_item.legs, '[]')) > 0, _item.draft);
  insert into books.attempt (hold, n, pool_key, started_at) values (_item.hold, 1, _item.pool_key, _at);
  update books.wallet set held = held + _item.amount_micros where id = _item.wallet;
  with asked as (
    insert into books.leg (hold, counter, held_amount)
    select _item.hold, k.id, sum(l.amount)
    from json_populate_recordset(null::books.leg_item, coalesce(_item.legs, '[]')) l
    join books.counter k on k.owner = l.owner and k.kind = l.kind and k.period = l.period
    group by k.id
    returning counter, held_amount
  )
  update books.counter k set held_amount = k.held_amount + a.held_amount from asked a where k.id = a.counter;
  code := 0;
end $function$
CREATE OR REPLACE FUNCTION books.reserve_together(_items books.reserve_item[], _lease bigint, _at timestamp with time zone)
 RETURNS TABLE(verb smallint, id uuid, code smallint, amount bigint, extra json)
 LANGUAGE plpgsql
 SET enable_nestloop TO 'off'
AS $function$
#variable_conflict use_column
declare
  _wallets bigint[] := array(select distinct i.wallet from unnest(_items) i);
begin
  return query
  with held as (
    insert into books.hold (id, wallet, lease, api_key, amount_micros, arrived_at, draft)
    select f.hold, f.wallet, _lease, f.api_key, f.amount_micros, least(f.arrived_at, _at), f.draft from unnest(_items) f
    on conflict do nothing
    returning id, wallet, amount_micros
  ),
  attempts as (
    insert into books.attempt (hold, n, pool_key, started_at)
    select f.hold, 1, f.pool_key, _at from unnest(_items) f join held h on h.id = f.hold
  ),
  wallets as (
    update books.wallet w set held = w.held + s.amount
    from (select wallet, sum(amount_micros)::bigint as amount from held group by wallet) s
    where w.id = any (_wallets) and w.id = s.wallet
  )
  select 1::smallint, f.hold, case when h.id is not null then 0
    when (select o.state > 0 from books.hold o where o.id = f.hold) then 6 else 1 end::smallint, null::bigint, null::json
  from unnest(_items) f left join held h on h.id = f.hold;
end $function$
CREATE OR REPLACE FUNCTION books.reverse_debit(_posting books.posting, _debit uuid, _lot bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _account_unvested constant smallint := 5;
  _account_debt constant smallint := 6;
  _at timestamptz := now();
  _wallet books.wallet;
  _line books.line;
  _part bigint;
  _forgiven bigint := 0;
  _paid bigint;
  _restored bigint := 0;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  perform from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  if not exists (select from books.lot where id = _lot and wallet = _posting.wallet and source = 3) then
    raise exception 'no purchased lot % of wallet %', _lot, _posting.wallet;
  end if;
  for _line in
    select * from books.line
    where transfer = _debit and wallet = _posting.wallet and from_account < 100 and to_account > 100 order by seq
  loop
    if _line.from_account = _account_unvested then raise exception 'credits spent in advance are not given back by line'; end if;
    insert into books.delta (account, amount_micros) values (_line.to_account, -_line.amount_micros);
    if _line.from_account < _account_debt then
      perform books.put_back(_posting, _line.to_account, _line.from_account, _line.lot, _line.amount_micros, _at);
      _restored := _restored + _line.amount_micros;
      continue;
    end if;
    select * into _wallet from books.wallet where id = _posting.wallet;
    _part := least(_line.amount_micros, _wallet.debt);
    if _part > 0 then
      update books.wallet set debt = debt - _part where id = _posting.wallet;
      insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
      values (_at, _posting.transfer, _posting.kind, _posting.wallet, _line.to_account, _account_debt, _part,
        _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested);
      _forgiven := _forgiven + _part;
    end if;
    _paid := _line.amount_micros - _part;
    if _paid > 0 then perform books.put_back(_posting, _line.to_account, 3::smallint, _lot, _paid, _at); end if;
    _restored := _restored + _paid;
  end loop;
  if _restored + _forgiven > 0 then
    perform books.write_transfer(_posting, _at);
    -- What has expired meanwhile would have expired in the wallet too.
    perform books.expire_wallet(_posting.wallet, _at);
    perform books.pay_debt(_posting.wallet, _at);
  end if;
  _outcome := json_build_object('transfer', _posting.transfer, 'restored', _restored::text, 'forgiven', _forgiven::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.set_advance_limit(_wallet bigint, _limit bigint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
  update books.wallet set advance_limit = _limit where id = _wallet
$function$
CREATE OR REPLACE FUNCTION books.set_freeze(_reference text, _wallet bigint, _amount bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
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
end $function$
CREATE OR REPLACE FUNCTION books.spendable(_w books.wallet)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when _w.debt > 0 then 0 else greatest(0,
    _w.promo + _w.referral + _w.purchased + _w.vested
    + least(_w.unvested, greatest(0, _w.advance_limit - _w.advance)) - _w.held) end
$function$
CREATE OR REPLACE FUNCTION books.take(_transfer uuid, _kind smallint, _wallet bigint, _amount bigint, _order smallint[], _lot bigint, _to smallint, _at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  _kind_clawback constant smallint := 9;
  _account_debt constant smallint := 6;
  _wallet_row books.wallet;
  _free bigint;
  _left bigint := _amount;
  _part bigint;
  _source record;
begin
  select * into _wallet_row from books.wallet where id = _wallet for update;
  -- Holds count on unvested credits only within the advance's limit: what is taken must leave them as much.
  _free := _wallet_row.promo + _wallet_row.referral + _wallet_row.purchased + _wallet_row.vested - _wallet_row.held
    + case when _kind = _kind_clawback then _wallet_row.unvested
    else least(_wallet_row.unvested, greatest(0, _wallet_row.advance_limit - _wallet_row.advance)) end;
  for _source in
    select * from (
      select case when l.id = _lot then 0 else array_position(_order, l.source) end as rank,
        l.source, l.id as lot, l.remaining_micros as amount, l.expires_at
      from books.lot l where l.wallet = _wallet and l.is_live
      union all
      select array_position(_order, v.source), v.source, null, v.amount, null
      from (values (2::smallint, _wallet_row.referral), (4::smallint, _wallet_row.vested), (5::smallint, case
        when _kind = _kind_clawback then _wallet_row.unvested
        else least(_wallet_row.unvested, greatest(0, _wallet_row.advance_limit - _wallet_row.advance)) end)
      ) v(source, amount)
    ) x where rank is not null and amount > 0 order by rank, expires_at nulls last, lot
  loop
    _part := least(_source.amount, _left, _free);
    exit when _part <= 0;
    _left := _left - _part;
    _free := _free - _part;
    update books.lot set remaining_micros = remaining_micros - _part where id = _source.lot;
    update books.wallet set
      promo = promo - case _source.source when 1 then _part else 0 end,
      referral = referral - case _source.source when 2 then _part else 0 end,
      purchased = purchased - case _source.source when 3 then _part else 0 end,
      vested = vested - case _source.source when 4 then _part else 0 end,
      unvested = unvested - case _source.source when 5 then _part else 0 end,
      advance = advance + case when _source.source = 5 and _kind <> _kind_clawback then _part else 0 end,
      debt = debt - case _to when _account_debt then _part else 0 end
    where id = _wallet returning * into _wallet_row;
    insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
    values (_at, _transfer, _kind, _wallet, _source.source, _to, _source.lot, _part,
      _wallet_row.promo + _wallet_row.referral + _wallet_row.purchased + _wallet_row.vested + _wallet_row.unvested);
  end loop;
  if _to >= 100 and _left < _amount then
    insert into books.delta (account, amount_micros) values (_to, _amount - _left);
  end if;
  return _amount - _left;
end $function$
CREATE OR REPLACE FUNCTION books.vest(_posting books.posting, _amount bigint)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'books', 'pg_temp'
AS $function$
declare
  _at timestamptz := now();
  _wallet books.wallet;
  _covered bigint;
  _outcome json := books.begin_op(_posting.scope, _posting.key, _posting.hash);
begin
  if _outcome is not null then return _outcome; end if;
  if _amount <= 0 then raise exception 'a vesting is above zero'; end if;
  select * into _wallet from books.wallet where id = _posting.wallet for update;
  if not found then raise exception 'no wallet %', _posting.wallet; end if;
  _covered := least(_wallet.advance, _amount);
  update books.wallet set advance = advance - _covered, unvested = unvested - (_amount - _covered),
    vested = vested + (_amount - _covered)
  where id = _posting.wallet;
  perform books.write_transfer(_posting, _at);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
  select _at, _posting.transfer, _posting.kind, _posting.wallet, 5, x.account, x.amount,
    _wallet.promo + _wallet.referral + _wallet.purchased + _wallet.vested + _wallet.unvested
  from (values (5, _covered), (4, _amount - _covered)) x(account, amount) where x.amount > 0;
  perform books.pay_debt(_posting.wallet, _at);
  _outcome := json_build_object('transfer', _posting.transfer, 'covered', _covered::text);
  update books.op set outcome = _outcome where scope = _posting.scope and key = _posting.key;
  return _outcome;
end $function$
CREATE OR REPLACE FUNCTION books.write_transfer(_posting books.posting, _at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into books.transfer (id, at, kind, actor, ref_type, ref_id, memo)
  values (_posting.transfer, _at, _posting.kind, _posting.actor, _posting.ref_type, _posting.ref_id, _posting.memo)
$function$
