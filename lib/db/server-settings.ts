import { randomInt } from "node:crypto";
import pg from "pg";

/** What a server's settings mean for the ledger: reasons to refuse it, and reasons to warn. */
export type ServerSettings = { readonly version: string; readonly refusals: string[]; readonly warnings: string[] };

const VERSION_OLDEST = 140_000;

/** Settings without which a commit that was acknowledged can be lost. */
const DURABLE: Record<string, (value: string) => boolean> = {
  fsync: (value) => value === "on",
  full_page_writes: (value) => value === "on",
  synchronous_commit: (value) => value !== "off",
};

/**
 * Look at the settings that a session of this address gets.
 *
 * A server that may lose commits, or older than PostgreSQL 14, is refused; one without data checksums is warned of.
 */
export async function inspectServer(url: string): Promise<ServerSettings> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const show = async (name: string): Promise<string> => {
      const { rows } = await client.query<{ value: string }>("select current_setting($1) as value", [name]);
      return rows[0]?.value ?? "";
    };
    const refusals: string[] = [];
    for (const [name, isDurable] of Object.entries(DURABLE)) {
      const value = await show(name);
      if (!isDurable(value))
        refusals.push(`${name} is ${value}: a crash could lose charges that were acknowledged; set it to on`);
    }
    const version = await show("server_version");
    if (Number(await show("server_version_num")) < VERSION_OLDEST)
      refusals.push(`it is PostgreSQL ${version}: 14 is the oldest`);
    const hasChecksums = (await show("data_checksums")) === "on";
    const warnings = hasChecksums
      ? []
      : ["data_checksums is off: a broken disk can change amounts unnoticed (pg_checksums --enable)"];
    return { version, refusals, warnings };
  } finally {
    await client.end();
  }
}

const PROBED_TIMEOUT_MS = 54_321;

/** Whether what a connection sets at its start holds on it: not behind a pooler that hands its sessions around. */
async function keepsSessions(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, statement_timeout: PROBED_TIMEOUT_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ ms: string }>(
      "select setting as ms from pg_settings where name = 'statement_timeout'",
    );
    return rows[0]?.ms === String(PROBED_TIMEOUT_MS);
  } catch (error) {
    if (/unsupported startup parameter/.test(String(error))) return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** Whether both addresses lead to one database: a lock that is taken through one is seen through the other. */
async function leadToOneDatabase(url: string, directUrl: string): Promise<boolean> {
  const direct = new pg.Client({ connectionString: directUrl });
  const other = new pg.Client({ connectionString: url });
  const lock = randomInt(2 ** 31);
  try {
    await Promise.all([direct.connect(), other.connect()]);
    await direct.query("select pg_advisory_lock($1::integer, $2::integer)", [PROBED_TIMEOUT_MS, lock]);
    const { rowCount } = await other.query(
      `select from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2
         and database = (select oid from pg_database where datname = current_database())`,
      [PROBED_TIMEOUT_MS, lock],
    );
    return rowCount === 1;
  } finally {
    await Promise.allSettled([direct.end(), other.end()]);
  }
}

/**
 * What is wrong with the addresses of a database: null where timeouts, locks and the queue's search path, which are set
 * for a session, last for one. Errors: those of a server that can't be reached.
 */
export async function addressProblem(url: string, directUrl: string | undefined): Promise<string | null> {
  if (!(await keepsSessions(directUrl ?? url))) {
    const variable = directUrl === undefined ? "DATABASE_URL" : "DIRECT_DATABASE_URL";
    return `${variable} leads to a connection pooler, which keeps no sessions: set DIRECT_DATABASE_URL to the address of the server itself`;
  }
  if (directUrl === undefined || directUrl === url || (await leadToOneDatabase(url, directUrl))) return null;
  return "DATABASE_URL and DIRECT_DATABASE_URL lead to different databases";
}
