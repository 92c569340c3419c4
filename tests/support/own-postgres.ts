import { mkdirSync, rmSync } from "node:fs";
import { applyMigrations } from "@/lib/db/migrate";
import { grantApplicationRole } from "@/lib/db/grants";
import { migrateQueue } from "@/lib/queue";
import { endLeftOver, startServer, type EmbeddedServer } from "../../scripts/postgres/server";

/** A durable, migrated PostgreSQL of somebody's own, for what a shared or careless one would falsify. */
export type OwnPostgres = EmbeddedServer & { drop(): Promise<void> };

/** Start one in `home`, which is emptied first and removed by `drop`. */
export async function startOwnPostgres(home: string): Promise<OwnPostgres> {
  await endLeftOver(home);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const server = await startServer({ home });
  await applyMigrations(server.ownerUrl, "prisma/migrations");
  await migrateQueue(server.ownerUrl);
  await grantApplicationRole(server.ownerUrl, server.applicationUrl);
  return {
    ...server,
    async drop() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
