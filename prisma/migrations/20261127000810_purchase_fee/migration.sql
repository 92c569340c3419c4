-- What Stripe kept of a payment: known some time after it, so that what isn't known yet is looked for.
ALTER TABLE "purchase" ADD COLUMN "fee_nanos" BIGINT;
CREATE INDEX "purchase_without_fee" ON "purchase" ("paid_at") WHERE "fee_nanos" IS NULL AND "payment_intent" IS NOT NULL;
-- Profit and loss asks by lot, whose order it was.
CREATE UNIQUE INDEX "purchase_lot_id_key" ON "purchase"("lot_id");
