-- Keys and provider accounts by their fingerprints under every master key of then, not the active one's alone: a key that
-- was quoted before the active one changed is known again after it.

CREATE TABLE "pool_key_print" (
    "print" BYTEA NOT NULL,
    "pool_key_id" UUID NOT NULL,

    CONSTRAINT "pool_key_print_pkey" PRIMARY KEY ("print")
);
CREATE INDEX "pool_key_print_pool_key_id_idx" ON "pool_key_print"("pool_key_id");
ALTER TABLE "pool_key_print" ADD CONSTRAINT "pool_key_print_pool_key_id_fkey" FOREIGN KEY ("pool_key_id") REFERENCES "pool_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

INSERT INTO "pool_key_print" SELECT "fingerprint", "id" FROM "pool_key";
ALTER TABLE "pool_key" DROP COLUMN "fingerprint";

CREATE TABLE "contributed_account" (
    "print" BYTEA NOT NULL,
    "contribution_id" UUID NOT NULL,

    CONSTRAINT "contributed_account_pkey" PRIMARY KEY ("print")
);
CREATE INDEX "contributed_account_contribution_id_idx" ON "contributed_account"("contribution_id");
ALTER TABLE "contributed_account" ADD CONSTRAINT "contributed_account_contribution_id_fkey" FOREIGN KEY ("contribution_id") REFERENCES "contribution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO "contributed_account" SELECT "account_print", "id" FROM "contribution" WHERE "account_print" IS NOT NULL;
ALTER TABLE "contribution" DROP COLUMN "account_print";

ALTER TABLE "quote" ADD COLUMN "account_prints" BYTEA[], ADD COLUMN "prints" BYTEA[];
UPDATE "quote" SET "prints" = ARRAY["fingerprint"],
  "account_prints" = CASE WHEN "account_print" IS NULL THEN '{}' ELSE ARRAY["account_print"] END;
-- Quotes in force know one fingerprint only, and may miss the one that a contribution of theirs kept: they are asked for again.
UPDATE "quote" SET "expires_at" = LEAST("expires_at", now()) WHERE "used_at" IS NULL;
ALTER TABLE "quote" DROP COLUMN "account_print", DROP COLUMN "fingerprint";
