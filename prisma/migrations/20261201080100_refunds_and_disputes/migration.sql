-- What disputes took of a purchase, beside what was refunded: together above what was paid, it is frozen, until an admin
-- accepts the loss.
ALTER TABLE "purchase"
  ADD COLUMN "disputed_nanos" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "accepted_nanos" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "refund_failed_at" TIMESTAMPTZ(3);

-- An inquiry and an issuer's warning took no money yet.
ALTER TABLE "purchase_dispute" ADD COLUMN "is_withdrawn" BOOLEAN NOT NULL DEFAULT true;
UPDATE "purchase_dispute" SET "is_withdrawn" = false WHERE "id" LIKE 'issfr\_%';
ALTER TABLE "purchase_dispute" ALTER COLUMN "is_withdrawn" DROP DEFAULT;
UPDATE "purchase" p SET "disputed_nanos" = d.amount
FROM (SELECT "purchase_id", sum("usd_nanos") AS amount FROM "purchase_dispute"
  WHERE "state" <> 'won' AND "is_withdrawn" GROUP BY 1) d
WHERE d."purchase_id" = p."id";

-- Why a refund failed, and when.
ALTER TABLE "purchase_refund" ADD COLUMN "problem" TEXT, ADD COLUMN "failed_at" TIMESTAMPTZ(3);

-- A refund that failed didn't use up its buyer's right.
UPDATE "purchase" p SET "refund_requested_at" = NULL
WHERE "refund_requested_at" IS NOT NULL AND NOT EXISTS
  (SELECT FROM "purchase_refund" r WHERE r."purchase_id" = p."id" AND r."is_requested" AND r."state" <> 'failed');

CREATE INDEX "purchase_frozen" ON "purchase" ("paid_at")
  WHERE "refunded_nanos" + "disputed_nanos" > coalesce("paid_nanos", "usd_nanos") + "accepted_nanos";
CREATE INDEX "purchase_refund_failed" ON "purchase_refund" ("failed_at") WHERE "state" = 'failed';
