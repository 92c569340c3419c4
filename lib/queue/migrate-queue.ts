import { runMigrations } from "bullmq";
import pg from "pg";

/** The schema in which the queue lives without Redis. */
export const QUEUE_SCHEMA = "bullmq";

/**
 * Bring the queue's own schema up to date, as the role that may: part of migrating, before the application starts.
 *
 * Several that start at once wait for each other; what was done before isn't done again.
 */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}
