-- What was paid for an order, which isn't what it asked for where it is in quarantine: refunded is when that is back.
ALTER TABLE "purchase" ADD COLUMN "paid_nanos" BIGINT;
UPDATE "purchase" SET "paid_nanos" = "usd_nanos" WHERE "credited_at" IS NOT NULL;
