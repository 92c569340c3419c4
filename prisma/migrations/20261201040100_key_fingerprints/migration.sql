-- A key's fingerprint no longer depends on the provider id it came under, and an account's depends on the upstream host. The
-- fingerprints that are there stay. Form 1: under the provider id. Form 2: of what the provider is shown, whatever its id.

ALTER TABLE "pool_key" ADD COLUMN "print_form" SMALLINT NOT NULL DEFAULT 1;
CREATE INDEX "pool_key_print_form_id_idx" ON "pool_key"("print_form", "id");

-- Quotes in force know the older fingerprints only: they are asked for again.
UPDATE "quote" SET "expires_at" = LEAST("expires_at", now()) WHERE "used_at" IS NULL;
