-- What vested in a range of days, whoever's it is: profit and loss reads it.
CREATE INDEX "vesting_created_at_idx" ON "vesting"("created_at");
