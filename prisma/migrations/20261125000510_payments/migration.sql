-- What became of a purchase after it was paid: refunds and disputes, each with the debit that took credits back.
alter table "purchase"
  add column "problem" text,
  add column "refund_requested_at" timestamptz(3);
alter table "purchase" add constraint "purchase_state_is_known" check ("state" in
  ('created', 'paid', 'credited', 'refunded', 'partly_refunded', 'disputed', 'failed', 'expired', 'quarantined'));

create table "purchase_refund" (
  "id" uuid not null,
  "purchase_id" uuid not null,
  "stripe_refund" text,
  "usd_nanos" bigint not null check ("usd_nanos" > 0),
  "taken_micros" bigint not null check ("taken_micros" >= 0),
  "debit" uuid,
  "state" text not null check ("state" in ('requested', 'pending', 'succeeded', 'failed')),
  "is_requested" boolean not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "purchase_refund_pkey" primary key ("id")
);
create unique index "purchase_refund_stripe_refund_key" on "purchase_refund" ("stripe_refund");
create index "purchase_refund_purchase_id_idx" on "purchase_refund" ("purchase_id");
alter table "purchase_refund" add constraint "purchase_refund_purchase_id_fkey"
  foreign key ("purchase_id") references "purchase" ("id") on delete restrict on update cascade;

create table "purchase_dispute" (
  "id" text not null,
  "purchase_id" uuid not null,
  "usd_nanos" bigint not null check ("usd_nanos" >= 0),
  "taken_micros" bigint not null check ("taken_micros" >= 0),
  "debit" uuid,
  "state" text not null check ("state" in ('open', 'won', 'lost')),
  "created_at" timestamptz(3) not null default current_timestamp,
  "closed_at" timestamptz(3),
  constraint "purchase_dispute_pkey" primary key ("id")
);
create index "purchase_dispute_purchase_id_idx" on "purchase_dispute" ("purchase_id");
alter table "purchase_dispute" add constraint "purchase_dispute_purchase_id_fkey"
  foreign key ("purchase_id") references "purchase" ("id") on delete restrict on update cascade;

-- Up to when Stripe's events were listed without a gap.
create table "stripe_cursor" (
  "id" integer not null default 1 check ("id" = 1),
  "listed_until" timestamptz(3) not null,
  constraint "stripe_cursor_pkey" primary key ("id")
);
