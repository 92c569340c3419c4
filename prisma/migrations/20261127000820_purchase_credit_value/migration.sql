-- What a credit was worth when the order was taken down: what was spent of it is refunded by that. Null: of before it was kept.
ALTER TABLE "purchase" ADD COLUMN "usd_per_credit" TEXT;
