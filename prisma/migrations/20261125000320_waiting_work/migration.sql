-- The relay looks for what waits four times a second, the prober for what is due.
CREATE INDEX "outbox_done_at_id_idx" ON "outbox"("done_at", "id");
CREATE INDEX "pool_key_state_cooling_until_idx" ON "pool_key"("state", "cooling_until");
