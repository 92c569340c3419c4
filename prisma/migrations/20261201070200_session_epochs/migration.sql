-- Counts how often an account was signed out everywhere: browsers that were known before are unknown after it.
ALTER TABLE "user" ADD COLUMN "session_epoch" INTEGER NOT NULL DEFAULT 0;
