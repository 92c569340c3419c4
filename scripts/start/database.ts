import { grantApplicationRole } from "../../lib/db/grants";
import { applyMigrations } from "../../lib/db/migrate";
import { addressProblem, inspectServer } from "../../lib/db/server-settings";
import { migrateQueue } from "../../lib/queue/queue";
import { explain, say, Stop, warn } from "../console";
import { postgresHome } from "../postgres/home";
import { startServer } from "../postgres/server";
import { HOME, type StartOptions } from "./options";

const MIGRATIONS = "prisma/migrations";

/** The database that this run works on. */
export type PreparedDatabase = {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  /** The server itself, where `applicationUrl` leads to a pooler. */
  readonly directUrl: string | undefined;
  /** Undefined: the database is somebody else's server. */
  readonly server: KeptServer | undefined;
};
/** The addresses that the environment names. */
export type DatabaseUrls = Pick<StartOptions, "databaseUrl" | "directUrl" | "migrateUrl">;
export type KeptServer = { pid(): number; stop(): Promise<void> };

/**
 * The server: our own unless `DATABASE_URL` names one, with its pooler. Ours is started again when it dies, until `isStopping`.
 */
export async function openServer(
  { databaseUrl, directUrl, migrateUrl }: DatabaseUrls,
  isStopping: () => boolean,
): Promise<PreparedDatabase> {
  if (databaseUrl) {
    const ownerUrl = migrateUrl ?? directUrl ?? databaseUrl;
    return { ownerUrl, applicationUrl: databaseUrl, directUrl, server: undefined };
  }
  let server = await startServer({ home: HOME });
  const keepAlive = (): void => {
    server.process.once("exit", (code, signal) => {
      if (isStopping()) return;
      warn(`PostgreSQL ended by itself (${signal ?? `code ${code}`}); starting it again`);
      startServer({ home: HOME }).then(
        (started) => {
          server = started;
          keepAlive();
        },
        (error: unknown) => warn(`PostgreSQL stays down: ${explain(error)}`),
      );
    });
  };
  keepAlive();
  const origin = server.isNew ? "made and started" : "started";
  say(`PostgreSQL ${origin} (pid ${server.pid}, port ${server.port}, data in ${postgresHome(HOME).data})`);
  const { ownerUrl, applicationUrl } = server;
  return {
    ownerUrl,
    applicationUrl,
    directUrl: undefined,
    server: { pid: () => server.pid, stop: () => server.stop() },
  };
}

/** Refuse a server that may lose commits, or of which only a pooler is known, bring the schema up to date, and give the application its rights. */
export async function prepareDatabase({ ownerUrl, applicationUrl, directUrl }: PreparedDatabase): Promise<void> {
  const host = new URL(applicationUrl).host;
  const [problem, settings] = await Promise.all([
    addressProblem(applicationUrl, directUrl),
    inspectServer(directUrl ?? applicationUrl),
  ]).catch((error: unknown) => {
    throw new Stop(`PostgreSQL at ${host} doesn't answer (DATABASE_URL): ${explain(error)}`);
  });
  if (problem) throw new Stop(problem);
  if (settings.refusals.length > 0)
    throw new Stop(`PostgreSQL at ${host} is refused:\n  - ${settings.refusals.join("\n  - ")}`);
  for (const warning of settings.warnings) warn(`PostgreSQL at ${host}: ${warning}`);

  const { applied, edited } = await applyMigrations(ownerUrl, MIGRATIONS, (name) => say(`  migrating: ${name}`));
  if (edited.length > 0) {
    warn(
      `edited since they were applied, and not applied again: ${edited.join(", ")} (\`npm run db:reset\` recreates the database)`,
    );
  }
  if (applied.length > 0) say(`migrated: ${applied.length} applied`);
  await migrateQueue(ownerUrl);
  await grantApplicationRole(ownerUrl, applicationUrl);
  if (directUrl) await grantApplicationRole(ownerUrl, directUrl);
}
