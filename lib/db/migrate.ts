import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";

export type Migration = { readonly name: string; readonly sql: string; readonly checksum: string };
export type MigrationsApplied = { readonly applied: string[]; readonly edited: string[] };

/** The database can't be brought to the schema of this version; the message says what to do. */
class MigrationError extends Error {
  override readonly name = "MigrationError";
}

// The key that Prisma's own engine locks while it migrates, so that both wait for each other.
const MIGRATION_LOCK = 72_707_369;

// As Prisma's engine makes it: `prisma migrate status` reads the same rows.
const HISTORY = `create table if not exists "_prisma_migrations" (
  "id" varchar(36) primary key not null, "checksum" varchar(64) not null, "finished_at" timestamptz,
  "migration_name" varchar(255) not null, "logs" text, "rolled_back_at" timestamptz,
  "started_at" timestamptz not null default now(), "applied_steps_count" integer not null default 0)`;

type HistoryRow = { migration_name: string; checksum: string; finished_at: Date | null };

/** The migrations of a folder in the order that they are applied in. */
export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((name) => existsSync(path.join(directory, name, "migration.sql")))
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(directory, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/**
 * Apply what a database lacks of a folder's migrations, as `prisma migrate deploy` does and with its bookkeeping.
 *
 * Each migration is one transaction; several processes that start at once wait for each other. Migrations that were
 * edited after they had been applied are named in `edited` and left alone. Errors: `MigrationError`.
 */
export async function applyMigrations(
  ownerUrl: string,
  directory: string,
  onApply: (name: string) => void = () => undefined,
): Promise<MigrationsApplied> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(HISTORY);
    const { rows } = await client.query<HistoryRow>(
      'select migration_name, checksum, finished_at from "_prisma_migrations" where rolled_back_at is null',
    );
    refuseHalfDone(rows);
    const known = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const result: MigrationsApplied = { applied: [], edited: [] };
    for (const migration of readMigrations(directory)) {
      const checksum = known.get(migration.name);
      if (checksum === undefined) {
        onApply(migration.name);
        await applyOne(client, migration);
        result.applied.push(migration.name);
      } else if (checksum !== migration.checksum) result.edited.push(migration.name);
    }
    return result;
  } finally {
    await client.end(); // gives the lock back too
  }
}

function refuseHalfDone(rows: HistoryRow[]): void {
  const failed = rows.find((row) => row.finished_at === null);
  if (!failed) return;
  throw new MigrationError(
    `migration ${failed.migration_name} failed earlier: look at its row in "_prisma_migrations", mend the cause, ` +
      `then run \`npx prisma migrate resolve --rolled-back ${failed.migration_name}\` and start again`,
  );
}

async function applyOne(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('insert into "_prisma_migrations" (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    // One simple query of many statements is one transaction.
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await client.query("rollback");
    await client.query('update "_prisma_migrations" set logs = $2 where id = $1', [id, reason]);
    throw new MigrationError(`migration ${name} failed and changed nothing: ${reason}`, { cause: error });
  }
  await client.query('update "_prisma_migrations" set finished_at = now(), applied_steps_count = 1 where id = $1', [
    id,
  ]);
}
