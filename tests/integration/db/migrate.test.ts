import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantApplicationRole } from "@/lib/db/grants";
import { applyMigrations } from "@/lib/db/migrate";
import { testDatabase, type TestDatabase } from "../../support/database";

describe("a migrated database", () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let application: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    owner = new pg.Client({ connectionString: database.ownerUrl });
    application = new pg.Client({ connectionString: database.url });
    await Promise.all([owner.connect(), application.connect()]);
  });
  afterAll(async () => {
    await Promise.all([owner.end(), application.end()]);
    await database.drop();
  });

  test("has nothing left to apply", async () => {
    expect(await applyMigrations(database.ownerUrl, "prisma/migrations")).toEqual({ applied: [], edited: [] });
  });

  test("lets the application read the books and change them by functions only", async () => {
    await application.query("select count(*) from books.wallet");
    await expect(application.query("update books.wallet set promo = promo + 1")).rejects.toThrow(/permission denied/);
    await expect(application.query("insert into books.wallet default values")).rejects.toThrow(/permission denied/);
    await expect(application.query("truncate books.line")).rejects.toThrow(/permission denied/);
  });

  test("has the application's sessions ended that idle in a transaction, and other databases' left alone", async () => {
    await grantApplicationRole(database.ownerUrl, database.url);
    const timeoutOf = async (url: string): Promise<string | undefined> => {
      const session = new pg.Client({ connectionString: url });
      await session.connect();
      const { rows } = await session.query<{ text: string }>(
        "select current_setting('idle_in_transaction_session_timeout') as text",
      );
      await session.end();
      return rows[0]?.text;
    };
    const elsewhere = new URL(database.url);
    elsewhere.pathname = "/postgres";
    expect([await timeoutOf(database.url), await timeoutOf(elsewhere.href)]).toEqual(["1min", "0"]);
  });

  test("lets the application change rows of its own tables and no definitions", async () => {
    await application.query("insert into setting (name, value) values ('probe', '1')");
    await expect(application.query("alter table setting add column extra text")).rejects.toThrow(/must be owner/);
    await expect(application.query("create table intruder ()")).rejects.toThrow(/permission denied/);
    await expect(application.query("select * from _prisma_migrations")).rejects.toThrow(/permission denied/);
  });
});
