import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, readConfigVersion } from "@/lib/db";
import { addressProblem } from "@/lib/db/server-settings";
import { type TestDatabase, testDatabase } from "@/tests/support/database";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "@/tests/support/pgbouncer";

/** Addresses that lead to a PgBouncer in transaction mode, which is how managed PostgreSQL is often handed out. */

const POOLED = "DATABASE_URL leads to a connection pooler, which keeps no sessions";

describe.skipIf(!hasPgBouncer())("an address behind PgBouncer in transaction mode", () => {
  let own: TestDatabase;
  let other: TestDatabase;
  let strict: PgBouncer;
  let lenient: PgBouncer;
  beforeAll(async () => {
    [own, other] = await Promise.all([testDatabase(), testDatabase()]);
    [strict, lenient] = await Promise.all([
      startPgBouncer(own.url, { ignoresParameters: false }),
      startPgBouncer(own.url, { ignoresParameters: true }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([strict.stop(), lenient.stop()]);
    await Promise.all([own.drop(), other.drop()]);
  });

  test("is refused in one line without the server's own address, whether it refuses startup parameters or drops them", async () => {
    for (const pooler of [strict, lenient]) {
      const problem = await addressProblem(pooler.url(own.url), undefined);
      expect(problem).toContain(POOLED);
      expect(problem).toContain("set DIRECT_DATABASE_URL");
      expect(problem).not.toContain("\n");
    }
  });

  test("serves with the server's own address beside it, and not with another pooler's", async () => {
    expect(await addressProblem(strict.url(own.url), own.url)).toBeNull();
    expect(await addressProblem(lenient.url(own.url), own.url)).toBeNull();
    expect(await addressProblem(strict.url(own.url), lenient.url(own.url))).toContain("DIRECT_DATABASE_URL leads to");
  });

  test("is refused beside the address of another database", async () => {
    expect(await addressProblem(strict.url(own.url), other.url)).toBe(
      "DATABASE_URL and DIRECT_DATABASE_URL lead to different databases",
    );
  });

  test("shares sessions among more transactions than it has, and SQL of the ledger keeps its timeouts", async () => {
    const database = openDatabase(strict.url(own.url), 10, own.url);
    try {
      const versions = await Promise.all(
        Array.from({ length: 20 }, () => database.inTransaction((tx) => readConfigVersion(tx))),
      );
      expect(new Set(versions.map(({ catalog }) => catalog)).size).toBe(1);
      const { rows } = await database.pool.query<{ value: string }>(
        "select current_setting('statement_timeout') as value",
      );
      expect(rows).toEqual([{ value: "15s" }]);
    } finally {
      await database.close();
    }
  });
});

test("a server's own address needs no other", async () => {
  const own = await testDatabase();
  try {
    expect(await addressProblem(own.url, undefined)).toBeNull();
    expect(await addressProblem(own.url, own.url)).toBeNull();
  } finally {
    await own.drop();
  }
});
