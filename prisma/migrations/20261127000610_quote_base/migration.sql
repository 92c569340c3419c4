-- What a top-up was reckoned from: of two quotes for one addition the second finds it changed.
ALTER TABLE "quote" ADD COLUMN "base_quota_nanos" BIGINT;
