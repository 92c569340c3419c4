import { createPostgresBackend, Queue } from "bullmq";

/**
 * Bring the queue's schema `bullmq` up to date, as the owner of the database, so that the application's role need not
 * change definitions. Does nothing that was done before. Only the queue on PostgreSQL has a schema.
 */
export async function prepareQueue(ownerUrl: string): Promise<void> {
  const connection = { connectionString: ownerUrl, migrate: true, max: 1 };
  const queue = new Queue("prepare", { connection }, createPostgresBackend);
  await queue.waitUntilReady();
  await queue.close();
}
