import pg from "pg";

/**
 * Give the application's role what it needs and nothing else, after each migration.
 *
 * On the ledger's schema, `books`: EXECUTE of its functions and SELECT of its tables, so that amounts change by functions only. On
 * `public`: rows, no definitions. On `bullmq`, where the queue lives without Redis: everything. Gives no rights where the
 * application works as the owner. Answers whether the two are different roles.
 */
export async function grantApplicationRole(ownerUrl: string, applicationUrl: string): Promise<{ separate: boolean }> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const role = await setUpSession(applicationUrl);
    const { rows } = await client.query<{ owner: string; queue: boolean; database: string }>(
      "select current_user as owner, current_database() as database, to_regnamespace('bullmq') is not null as queue",
    );
    const [found] = rows;
    if (!found || found.owner === role) return { separate: false };
    const name = pg.escapeIdentifier(role);
    const database = pg.escapeIdentifier(found.database);
    await client.query(grants(name, database, found.queue).join(";\n"));
    return { separate: true };
  } finally {
    await client.end();
  }
}

/** A process that stood still, or lost its network, in a transaction keeps no row locked for longer. */
const IDLE_IN_TRANSACTION = "60s";

/**
 * Have sessions that an address leads to ended when they idle in a transaction: as a default of the role, which holds behind a
 * pooler too. Answers that role: asked of the server, since poolers and `PGUSER` may decide it.
 */
async function setUpSession(applicationUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: applicationUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ role: string; database: string }>(
      "select current_user as role, current_database() as database",
    );
    const { role = "", database = "" } = rows[0] ?? {};
    const place = `${pg.escapeIdentifier(role)} in database ${pg.escapeIdentifier(database)}`;
    await client.query(`alter role ${place} set idle_in_transaction_session_timeout = '${IDLE_IN_TRANSACTION}'`);
    return role;
  } finally {
    await client.end();
  }
}

function grants(role: string, database: string, hasQueue: boolean): string[] {
  const statements = [
    // Before PostgreSQL 15 everybody may make tables in `public`.
    "revoke create on schema public from public",
    `grant connect on database ${database} to ${role}`,
    `grant usage on schema public, books to ${role}`,
    `grant select, insert, update, delete on all tables in schema public to ${role}`,
    `grant usage, select on all sequences in schema public to ${role}`,
    `revoke all on table public."_prisma_migrations" from ${role}`,
    `revoke all on all tables in schema books from ${role}`,
    `grant select on all tables in schema books to ${role}`,
    `grant execute on all functions in schema books to ${role}`,
  ];
  if (!hasQueue) return statements;
  return [
    ...statements,
    `grant all on schema bullmq to ${role}`,
    `grant all on all tables in schema bullmq to ${role}`,
    `grant all on all sequences in schema bullmq to ${role}`,
    `grant execute on all routines in schema bullmq to ${role}`,
  ];
}
