-- Requests that were refused before anything was reserved for them: their owners see them for 30 days.
create table public.refused_request (
  id uuid primary key,
  at timestamptz(3) not null,
  wallet bigint not null,
  api_key uuid not null,
  protocol text not null,
  -- As it was asked for; empty where the request wasn't read.
  model text not null,
  http_status integer not null,
  error_code text not null,
  -- What the client was told.
  message text not null,
  streamed boolean not null,
  latency_ms integer not null
);
create index refused_request_wallet on public.refused_request (wallet, at desc, id desc);
create index refused_request_at on public.refused_request (at);

-- Those beyond the first twenty a minute of a key.
create table public.refused_count (
  api_key uuid not null,
  error_code text not null,
  minute timestamptz(0) not null,
  wallet bigint not null,
  count bigint not null,
  primary key (api_key, error_code, minute)
);
create index refused_count_wallet on public.refused_count (wallet, minute);
create index refused_count_minute on public.refused_count (minute);
