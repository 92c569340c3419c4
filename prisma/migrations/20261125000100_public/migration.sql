-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT,
    "role" TEXT NOT NULL DEFAULT 'user',
    "name" TEXT,
    "wallet_id" BIGINT NOT NULL,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "locale" TEXT NOT NULL DEFAULT 'en',
    "email_verified_at" TIMESTAMPTZ(3),
    "password_changed_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),
    "suspended_reason" TEXT,
    "tier" TEXT,
    "limits" JSONB,
    "referral_code" TEXT NOT NULL,
    "referred_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "last4" TEXT NOT NULL,
    "scopes" TEXT[],
    "billing_mode" TEXT NOT NULL DEFAULT 'token',
    "models" TEXT[],
    "ips" TEXT[],
    "channels" TEXT[],
    "supply" TEXT NOT NULL DEFAULT 'official',
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model" (
    "id" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "upstream_model" TEXT NOT NULL,
    "capabilities" TEXT[],
    "context_tokens" INTEGER,
    "default_output_cap" INTEGER NOT NULL DEFAULT 4096,
    "count_price" JSONB,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "card" (
    "id" BIGSERIAL NOT NULL,
    "model_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "card_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "discount" TEXT NOT NULL DEFAULT '1',
    "priority" INTEGER NOT NULL DEFAULT 1,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "default_quota" INTEGER,
    "base_url" TEXT,
    "models" JSONB,
    "cost_factor" TEXT NOT NULL DEFAULT '1',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pool_key" (
    "id" UUID NOT NULL,
    "channel_id" TEXT NOT NULL,
    "owner_id" UUID,
    "contribution_id" UUID,
    "master_key_id" TEXT NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "reason" TEXT,
    "quota_nanos" BIGINT,
    "cost_nanos" BIGINT NOT NULL DEFAULT 0,
    "cooling_until" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pool_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_policy" (
    "provider" TEXT NOT NULL,
    "allowed" BOOLEAN NOT NULL DEFAULT false,
    "note" TEXT NOT NULL DEFAULT '',
    "reason" TEXT NOT NULL DEFAULT '',
    "reference_model" TEXT,
    "pool_ceiling_nanos" BIGINT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_policy_pkey" PRIMARY KEY ("provider")
);

-- CreateTable
CREATE TABLE "setting" (
    "name" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "quote" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "base_url" TEXT,
    "master_key_id" TEXT NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "account_print" BYTEA,
    "quota_nanos" BIGINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "gross_micros" BIGINT NOT NULL,
    "fee_micros" BIGINT NOT NULL,
    "is_proven" BOOLEAN NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quote_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contribution" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "quote_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "reason" TEXT,
    "account_print" BYTEA,
    "is_proven" BOOLEAN NOT NULL,
    "quota_nanos" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL DEFAULT 0,
    "gross_micros" BIGINT NOT NULL,
    "fee_micros" BIGINT NOT NULL,
    "net_micros" BIGINT NOT NULL,
    "vested_micros" BIGINT NOT NULL DEFAULT 0,
    "taken_micros" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "contribution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "purchase" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "pack" TEXT,
    "credits_micros" BIGINT NOT NULL,
    "base_micros" BIGINT NOT NULL,
    "usd_nanos" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'created',
    "stripe_session" TEXT,
    "payment_intent" TEXT,
    "lot_id" BIGINT,
    "refunded_nanos" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "paid_at" TIMESTAMPTZ(3),
    "credited_at" TIMESTAMPTZ(3),

    CONSTRAINT "purchase_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_event" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "handled_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processed" (
    "consumer" TEXT NOT NULL,
    "outbox_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "processed_pkey" PRIMARY KEY ("consumer","outbox_id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "user_wallet_id_key" ON "user"("wallet_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_referral_code_key" ON "user"("referral_code");

-- CreateIndex
CREATE INDEX "user_created_at_idx" ON "user"("created_at");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "api_key_user_id_created_at_idx" ON "api_key"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "card_model_id_kind_effective_from_idx" ON "card"("model_id", "kind", "effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "card_model_id_kind_version_key" ON "card"("model_id", "kind", "version");

-- CreateIndex
CREATE UNIQUE INDEX "pool_key_fingerprint_key" ON "pool_key"("fingerprint");

-- CreateIndex
CREATE INDEX "pool_key_channel_id_idx" ON "pool_key"("channel_id");

-- CreateIndex
CREATE INDEX "pool_key_owner_id_idx" ON "pool_key"("owner_id");

-- CreateIndex
CREATE INDEX "quote_user_id_created_at_idx" ON "quote"("user_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "contribution_quote_id_key" ON "contribution"("quote_id");

-- CreateIndex
CREATE UNIQUE INDEX "contribution_account_print_key" ON "contribution"("account_print");

-- CreateIndex
CREATE INDEX "contribution_user_id_created_at_idx" ON "contribution"("user_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "purchase_stripe_session_key" ON "purchase"("stripe_session");

-- CreateIndex
CREATE UNIQUE INDEX "purchase_payment_intent_key" ON "purchase"("payment_intent");

-- CreateIndex
CREATE INDEX "purchase_user_id_created_at_idx" ON "purchase"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "audit_subject_type_subject_id_idx" ON "audit"("subject_type", "subject_id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "card" ADD CONSTRAINT "card_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pool_key" ADD CONSTRAINT "pool_key_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


