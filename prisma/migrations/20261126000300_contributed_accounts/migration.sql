-- Provider accounts by their fingerprints under every master key, and quotes that keep no fingerprint of their key: it is
-- opened and compared anew when it is contributed.

CREATE TABLE "contributed_account" (
    "print" BYTEA NOT NULL,
    "contribution_id" UUID NOT NULL,

    CONSTRAINT "contributed_account_pkey" PRIMARY KEY ("print")
);
CREATE INDEX "contributed_account_contribution_id_idx" ON "contributed_account"("contribution_id");
ALTER TABLE "contributed_account" ADD CONSTRAINT "contributed_account_contribution_id_fkey" FOREIGN KEY ("contribution_id") REFERENCES "contribution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO "contributed_account" SELECT "account_print", "id" FROM "contribution" WHERE "account_print" IS NOT NULL;
ALTER TABLE "contribution" DROP COLUMN "account_print";

ALTER TABLE "quote" ADD COLUMN "account_prints" BYTEA[];
UPDATE "quote" SET "account_prints" = CASE WHEN "account_print" IS NULL THEN '{}' ELSE ARRAY["account_print"] END;
ALTER TABLE "quote" DROP COLUMN "account_print", DROP COLUMN "fingerprint", DROP COLUMN "hint";
