import { applyMigrations } from "../../lib/db/migrate";
import { removeHome } from "../postgres/home";
import { startServer } from "../postgres/server";

/** Do something with a migrated database on a server that lives as long as that. */
export async function withMigratedServer<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const home = `.scrip/check-${process.pid}`;
  const server = await startServer({ home, isThrowaway: true });
  try {
    await applyMigrations(server.ownerUrl, "prisma/migrations");
    return await work(server.ownerUrl);
  } finally {
    await server.stop();
    removeHome(home);
  }
}
