-- The books: what people own, what is reserved, what moved and what was used. SQL owns this schema.
-- Amounts are bigint: *_micros are millionths of a credit, *_nanos are 10^-9 US dollars.
create schema books;
revoke all on schema books from public;

-- Accounts of a movement. 1-6 are columns of a wallet, 101 and up belong to the platform.
create table books.account (
  code smallint primary key,
  name text not null unique,
  is_platform boolean not null,
  -- Folded balance of a platform account; the true balance adds the rows of books.delta that aren't folded yet.
  balance_micros bigint not null default 0
);
insert into books.account (code, name, is_platform) values
  (1, 'promo', false), (2, 'referral', false), (3, 'purchased', false), (4, 'vested', false), (5, 'unvested', false),
  (6, 'debt', false),
  (101, 'cash_issued', true), (102, 'usage_revenue', true), (103, 'contribution_fees', true),
  (104, 'withdrawal_fees', true), (105, 'pool_inventory', true), (106, 'promotions', true),
  (107, 'referral_expense', true), (108, 'withdrawals_payable', true), (109, 'deferred_request_packs', true),
  (110, 'overrun_loss', true), (111, 'dispute_loss', true), (112, 'written_off', true), (113, 'expired', true);

-- One row a person: every reserve and every settlement locks and updates this row and no other wallet's.
create table books.wallet (
  id bigint generated always as identity primary key,
  promo bigint not null default 0 check (promo >= 0),
  referral bigint not null default 0 check (referral >= 0),
  purchased bigint not null default 0 check (purchased >= 0),
  vested bigint not null default 0 check (vested >= 0),
  unvested bigint not null default 0 check (unvested >= 0),
  held bigint not null default 0 check (held >= 0),
  debt bigint not null default 0 check (debt >= 0),
  -- Unvested credits that were spent and that later vesting covers first; never above its limit by a reservation.
  advance bigint not null default 0 check (advance >= 0),
  advance_limit bigint not null default 0 check (advance_limit >= 0),
  -- The earliest expiry of a lot with something left; null where none expires.
  next_expiry timestamptz,
  created_at timestamptz not null default now(),
  constraint wallet_available_not_negative check (promo + referral + purchased + vested + unvested - held >= 0)
) with (fillfactor = 50);

-- Credits that came in together and share a price or an expiry. Only promo and purchased credits are lots.
create table books.lot (
  id bigint generated always as identity primary key,
  wallet bigint not null references books.wallet,
  source smallint not null check (source in (1, 3)),
  granted_micros bigint not null check (granted_micros > 0),
  remaining_micros bigint not null check (remaining_micros >= 0 and remaining_micros <= granted_micros),
  -- What was paid for one credit, in nanodollars; 0 where nothing was.
  usd_nanos_per_credit bigint not null default 0 check (usd_nanos_per_credit >= 0),
  expires_at timestamptz,
  transfer uuid not null,
  created_at timestamptz not null default now(),
  -- What indexes ask instead of the amount: it changes as a lot runs empty or is filled again, so that other
  -- charges leave them alone.
  is_live boolean not null generated always as (remaining_micros > 0) stored
) with (fillfactor = 50);
create index lot_live on books.lot (wallet, source, expires_at, id) where is_live;
create index lot_expiring on books.lot (expires_at) where is_live and expires_at is not null;
create index lot_transfer on books.lot (transfer);

-- A limit that reservations count against: a key's day, an account's month, a key's request balance.
create table books.counter (
  id bigint generated always as identity primary key,
  owner uuid not null,
  kind text not null,
  period text not null,
  -- What the amounts are: microcredits, or counted requests.
  unit text not null default 'micros' check (unit in ('micros', 'requests')),
  limit_amount bigint check (limit_amount >= 0),
  used_amount bigint not null default 0 check (used_amount >= 0),
  held_amount bigint not null default 0 check (held_amount >= 0),
  -- The part of what was used whose legs were removed with their old holds.
  forgotten_amount bigint not null default 0 check (forgotten_amount >= 0),
  unique (owner, kind, period)
) with (fillfactor = 50);

-- A process's claim on its holds; it renews this row, not the holds.
create table books.lease (
  id bigint generated always as identity primary key,
  process text not null,
  created_at timestamptz not null default now(),
  renewed_at timestamptz not null default now(),
  closed_at timestamptz
);

-- A reservation: its id is the request's id. Closed ones are removed after 400 days; it is no ledger row.
create table books.hold (
  id uuid primary key,
  wallet bigint not null,
  lease bigint not null,
  api_key uuid not null,
  amount_micros bigint not null check (amount_micros >= 0),
  -- 0 open, 1 settled, 2 released
  state smallint not null default 0 check (state between 0 and 2),
  charged_micros bigint,
  arrived_at timestamptz not null,
  closed_at timestamptz,
  has_legs boolean not null default false,
  -- What the usage record needs and the gateway knew when the request arrived (json of lib/metering's draft).
  draft json not null,
  -- What a stream had used when it was last told: {charge_micros, cost_nanos, ...}.
  checkpoint json,
  constraint hold_closed_when_ended check ((state = 0) = (closed_at is null))
) with (fillfactor = 60);
-- Open holds of a wallet, asked for by `closed_at is null`. Who knows the id asks by `state = 0`, which leads to the key.
create index hold_open on books.hold (wallet, arrived_at) where closed_at is null;

-- What a reservation holds of a counter.
create table books.leg (
  hold uuid not null,
  counter bigint not null references books.counter,
  held_amount bigint not null check (held_amount >= 0),
  used_amount bigint check (used_amount >= 0),
  primary key (hold, counter)
);

-- One try at one supplier's key. A settled one stays unfolded until its key's quota and vesting know of it.
create table books.attempt (
  hold uuid not null,
  n smallint not null,
  pool_key uuid,
  -- 0 started, 1 settled, 2 failed, 3 unknown (the gateway died)
  state smallint not null default 0 check (state between 0 and 3),
  outcome text,
  cost_nanos bigint not null default 0 check (cost_nanos >= 0),
  started_at timestamptz not null default now(),
  folded_at timestamptz,
  primary key (hold, n)
) with (fillfactor = 60);
create index attempt_unfolded on books.attempt (hold, n) where state = 1 and folded_at is null;

-- Header of one change of the books. Partitioned by month; its uniqueness lives in books.op and books.hold.
create table books.transfer (
  id uuid not null,
  at timestamptz not null,
  kind smallint not null,
  actor text not null,
  ref_type text,
  ref_id text,
  memo text
) partition by range (at);
create index transfer_id on books.transfer (id);

-- One posting: `amount_micros` moves from one account to another. Both sides in one row, so that it can't be half there.
create table books.line (
  seq bigint generated always as identity,
  at timestamptz not null,
  transfer uuid not null,
  kind smallint not null,
  -- 1 credits, 2 counted requests
  asset smallint not null default 1,
  -- The one wallet that the movement touches; null between platform accounts.
  wallet bigint,
  from_account smallint not null,
  to_account smallint not null,
  lot bigint,
  amount_micros bigint not null check (amount_micros > 0),
  -- All sources of the wallet together after this line.
  balance_after bigint
) partition by range (at);
create index line_wallet on books.line (wallet, seq desc) where wallet is not null;
create index line_transfer on books.line (transfer);

-- What one request used, was charged and cost. One row a reservation that ended, charged or not.
create table books.usage_record (
  id uuid not null,
  at timestamptz not null,
  wallet bigint not null,
  api_key uuid not null,
  protocol text not null,
  mode text not null default 'token',
  model text not null,
  provider text not null,
  upstream_model text not null,
  channel text,
  pool_key uuid,
  -- The contributor of the pool key, where it was contributed.
  key_owner uuid,
  price_card bigint,
  cost_card bigint,
  meters json not null,
  -- As applied, in order: [{name, factor}].
  multipliers json not null,
  -- The lines of the calculation, price and cost.
  breakdown json not null,
  cost_breakdown json not null,
  charge_micros bigint not null check (charge_micros >= 0),
  -- What the card asked for beyond what could be charged.
  overrun_micros bigint not null default 0 check (overrun_micros >= 0),
  promo_micros bigint not null default 0,
  referral_micros bigint not null default 0,
  purchased_micros bigint not null default 0,
  vested_micros bigint not null default 0,
  unvested_micros bigint not null default 0,
  requests integer not null default 0,
  cost_nanos bigint not null check (cost_nanos >= 0),
  attempts json not null,
  estimated boolean not null default false,
  -- The supplier named more tokens of some kinds than there were in all; they were capped.
  capped boolean not null default false,
  -- The gateway died; charged from the last checkpoint or not at all.
  lost boolean not null default false,
  streamed boolean not null,
  status text not null,
  http_status smallint not null,
  error_code text,
  latency_ms integer not null,
  ttft_ms integer,
  task_id text,
  settled_at timestamptz not null default now(),
  -- A charge is burned to the last microcredit from what the wallet had.
  constraint usage_record_charge_is_burned
    check (promo_micros + referral_micros + purchased_micros + vested_micros + unvested_micros = charge_micros)
) partition by range (at);
create index usage_record_wallet on books.usage_record (wallet, at desc, id desc);
create index usage_record_id on books.usage_record (id);
create index usage_record_at on books.usage_record using brin (at);

-- What a batch adds to a platform account; one worker folds these into books.account.
create table books.delta (
  seq bigint generated always as identity primary key,
  account smallint not null,
  amount_micros bigint not null
);

-- Idempotency: what was asked under a key and what came of it, refusals included. Kept 400 days, never partitioned.
create table books.op (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  outcome json,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);

-- Bumped by every change that gateways cache, in its own transaction; they poll this one row.
create table books.config_version (
  id boolean primary key default true check (id),
  keys bigint not null default 0,
  catalog bigint not null default 0,
  pool bigint not null default 0,
  settings bigint not null default 0
);
insert into books.config_version default values;
