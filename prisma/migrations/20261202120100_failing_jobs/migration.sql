-- What became of work that keeps failing: the queue forgets it, and hands it over again.
alter table public.outbox
  add column failures integer not null default 0,
  add column last_error text,
  add column failed_at timestamptz(3),
  -- An operator asked for it now, rather than after the queue's pause.
  add column forced boolean not null default false;
create index outbox_failing on public.outbox (failed_at) where failures > 0;
