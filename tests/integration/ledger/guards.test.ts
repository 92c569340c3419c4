import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { creditWallet, readBalance } from "@/lib/ledger";
import { aHistory, type History } from "../../support/a-history";
import { aLedger, aPosting, aWallet, cr, type LedgerFixture } from "../../support/a-ledger";
import { rawPool } from "@/tests/support/database";

const HISTORY = ["books.line", "books.transfer", "books.usage_record", "public.card", "public.audit"];

describe("the guards of the books", () => {
  let ledger: LedgerFixture;
  let history: History;
  let application: pg.Pool;
  beforeAll(async () => {
    ledger = await aLedger();
    history = await aHistory(ledger);
    application = rawPool(ledger.home.url, 2);
  });
  afterAll(async () => {
    await application.end();
    await history.close();
    await ledger.close();
  });

  test.each(HISTORY.filter((table) => table !== "public.audit"))(
    "%s can't be changed, emptied or cut, by its owner either",
    async (table) => {
      const column = table === "public.card" ? "version" : "at";
      await expect(history.owner(`update ${table} set ${column} = ${column}`)).rejects.toThrow(/append-only/);
      await expect(history.owner(`delete from ${table}`)).rejects.toThrow(/append-only/);
      await expect(history.owner(`truncate ${table} cascade`)).rejects.toThrow(/append-only/);
    },
  );

  test("a partition can't be emptied behind its table's back", async () => {
    const parts = await history.owner<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent in ('books.line'::regclass, 'books.transfer'::regclass, 'books.usage_record'::regclass)",
    );
    expect(parts.length).toBeGreaterThanOrEqual(15);
    for (const { name } of parts) await expect(history.owner(`truncate ${name}`)).rejects.toThrow(/append-only/);
  });

  test.each(["wallet", "lot", "hold", "line", "transfer", "usage_record", "op", "account"])(
    "the application can't write books.%s by itself",
    async (table) => {
      await expect(application.query(`delete from books.${table}`)).rejects.toThrow(/permission denied/);
      await expect(application.query(`insert into books.${table} default values`)).rejects.toThrow(/permission denied/);
    },
  );

  test("an outcome that was written stays", async () => {
    await expect(history.owner("update books.op set outcome = '{}'")).rejects.toThrow(/keeps its outcomes/);
    await expect(history.owner("delete from books.op")).rejects.toThrow(/keeps its outcomes/);
  });

  test("a balance can't be made negative, not by the owner", async () => {
    await expect(history.owner("update books.wallet set held = held + 1000000000000")).rejects.toThrow(
      /wallet_available_not_negative/,
    );
  });

  test("a posting that is repeated at the same moment happens once; another one under its key is refused", async () => {
    const wallet = await aWallet(ledger, {});
    const input = { ...aPosting(wallet, "grant" as const), source: "promo" as const, amountMicros: cr(5) };
    const post = (more: object = {}) =>
      ledger.database.inTransaction((tx) => creditWallet(tx, ledger.ctx, { ...input, ...more }));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => post()));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome, (_, x: unknown) => String(x)))).size).toBe(1);
    expect((await readBalance(ledger.database.reader, wallet)).bySource.promo).toBe(cr(5));
    await expect(post({ requestHash: Buffer.from("another") })).rejects.toMatchObject({ code: "idempotency_conflict" });
  });
});
