-- First results of generations under an idempotency key, to be given again for 24 hours.
create table "kept_reply" (
  "id" uuid not null,
  "user_id" uuid not null,
  "route" text not null,
  "key" text not null,
  "request_hash" bytea not null,
  "hold" uuid not null,
  "is_done" boolean not null default false,
  "reply" text,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "kept_reply_pkey" primary key ("id")
);
create unique index "kept_reply_user_id_route_key_key" on "kept_reply" ("user_id", "route", "key");
create index "kept_reply_created_at_idx" on "kept_reply" ("created_at");
