-- Only live keys open an advance: a key knows when it last served or passed a probe, and when it is probed next for that.

ALTER TABLE "pool_key" ADD COLUMN "alive_at" TIMESTAMPTZ(3), ADD COLUMN "probe_at" TIMESTAMPTZ(3);
CREATE INDEX "pool_key_probe_at_idx" ON "pool_key"("probe_at");

-- What is there was looked at when it was contributed, or served since; proven ones are probed as soon as the jobs run.
UPDATE "pool_key" k SET "alive_at" = s."alive_at", "probe_at" = CASE WHEN s."is_proven" THEN now() END
FROM (
  SELECT c."pool_key_id", c."is_proven",
    GREATEST(c."created_at", (SELECT max(v."created_at") FROM "vesting" v WHERE v."contribution_id" = c."id")) AS "alive_at"
  FROM "contribution" c WHERE c."state" = 'open') s
WHERE k."id" = s."pool_key_id";

-- What our own look at the key took from the balance that its provider reports; and the balance itself doesn't count it.
ALTER TABLE "quote" ADD COLUMN "look_nanos" BIGINT NOT NULL DEFAULT 0;

-- Who let everything be spent in advance, as the demo does, goes on so.
INSERT INTO "setting" ("name", "value")
SELECT 'advance_at_once', '1'::jsonb WHERE EXISTS (SELECT FROM "setting" WHERE "name" = 'advance_limit' AND "value" = '1000000000'::jsonb);

-- A look at a key costs it something and serves nobody: its vesting is number 0.
ALTER TABLE "vesting" ADD CONSTRAINT "vesting_of_probe" CHECK ("n" > 0 OR ("n" = 0 AND "charged_micros" = 0));
