-- Failed sign-ins, counted by all web processes together: the table that rate-limiter-flexible expects. Keys are hashes.
create table public.login_attempt (
  key varchar(255) primary key,
  points integer not null default 0,
  -- Units: epoch milliseconds.
  expire bigint
);
create index login_attempt_expire on public.login_attempt (expire);
