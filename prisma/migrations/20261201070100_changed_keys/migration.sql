-- Which keys and accounts a version of the configuration changed, so that gateways look up those alone anew.
ALTER TABLE "api_key" ADD COLUMN "changed_version" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "user" ADD COLUMN "changed_version" BIGINT NOT NULL DEFAULT 0;
CREATE INDEX "api_key_changed_version_idx" ON "api_key"("changed_version");
CREATE INDEX "user_changed_version_idx" ON "user"("changed_version");
