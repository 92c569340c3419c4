-- What each check of the whole ledger found: admins see the last one, and no money goes out after one that found something.
CREATE TABLE "ledger_check" (
    "id" BIGSERIAL NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "laws" INTEGER NOT NULL,
    "broken" JSONB NOT NULL,

    CONSTRAINT "ledger_check_pkey" PRIMARY KEY ("id")
);
