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
