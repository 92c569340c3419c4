import pg from "pg";
import { expect } from "vitest";

/** A change of one function of the ledger: what its text says, and what it would say. */
export type Mutation = { routine: string; says: string; wouldSay: string };

/** Change a function of a test's own database. */
export async function plantMutant(ownerUrl: string, { routine, says, wouldSay }: Mutation): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ source: string }>(
      "select pg_get_functiondef(oid) as source from pg_proc where pronamespace = 'books'::regnamespace and proname = $1",
      [routine],
    );
    const source = rows[0]?.source ?? "";
    expect(source, `books.${routine} has the text that the mutant changes`).toContain(says);
    await client.query(source.replace(says, wouldSay));
  } finally {
    await client.end();
  }
}
