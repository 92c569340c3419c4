import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db";
import { newUuid } from "@/lib/ids";
import { type CounterLeg, creditWallet, debitWallet, readBalance, verifyLedger } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { aLedger, aPosting, aReserve, aSettle, aWallet, cr, type LedgerFixture } from "../../support/a-ledger";

const HOUR_MS = 3_600_000;

describe("what budgets, promotions and refunds rest on", () => {
  let ledger: LedgerFixture;
  let asOwner: Database;
  let owner: pg.Pool;
  beforeAll(async () => {
    ledger = await aLedger();
    asOwner = openDatabase(ledger.home.ownerUrl, 1);
    owner = asOwner.pool;
  });
  afterAll(async () => {
    await asOwner.close();
    await ledger.close();
  });

  const counters = async (of: string) =>
    (
      await owner.query<{ kind: string; used: bigint; held: bigint }>(
        "select kind, used_amount as used, held_amount as held from books.counter where owner = any ($1) order by kind",
        [[of]],
      )
    ).rows;

  test("a reservation of three legs (wallet, a key's day, an account's month) is refused as one", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const who = newUuid(nowMs());
    const day = (amount: number): CounterLeg => ({
      owner: who,
      kind: "key_day",
      period: "2026-11-25",
      unit: "micros",
      limit: cr(50),
      amount: cr(amount),
    });
    const month = (amount: number): CounterLeg => ({ ...day(amount), kind: "month", period: "2026-11", limit: cr(60) });

    const first = aReserve(wallet, cr(40), { legs: [day(40), month(40)] });
    expect((await ledger.books.reserve(first)).outcome).toBe("held");
    // The day has room for 10 and the month for 20: neither leg, nor the wallet, may keep anything of a refused one.
    const second = await ledger.books.reserve(aReserve(wallet, cr(15), { legs: [day(15), month(15)] }));
    expect(second).toMatchObject({ outcome: "over_limit", leg: { kind: "key_day" }, used: 0n, held: cr(40) });
    expect((await readBalance(ledger.database.reader, wallet)).heldMicros).toBe(cr(40));
    expect(await counters(who)).toEqual([
      { kind: "key_day", used: 0n, held: cr(40) },
      { kind: "month", used: 0n, held: cr(40) },
    ]);
    // A wallet that is short refuses for the counters too.
    const third = await ledger.books.reserve(aReserve(wallet, cr(61), { legs: [day(1), month(1)] }));
    expect(third.outcome).toBe("short");

    await ledger.books.settle(aSettle(first.hold, cr(25)));
    expect(await counters(who)).toEqual([
      { kind: "key_day", used: cr(25), held: 0n },
      { kind: "month", used: cr(25), held: 0n },
    ]);
  });

  test("a promo lot that expires with a hold open is kept for that hold and for no other", async () => {
    const wallet = await aWallet(ledger, { promo: cr(30), purchased: cr(100), expiresMs: nowMs() + HOUR_MS });
    const before = aReserve(wallet, cr(20));
    await ledger.books.reserve(before);
    // Two hours go by for this wallet.
    for (const [table, column] of [
      ["lot", "expires_at"],
      ["hold", "arrived_at"],
    ] as const) {
      await owner.query(`update books.${table} set ${column} = ${column} - interval '2 hours' where wallet = $1`, [
        wallet,
      ]);
    }
    await owner.query("update books.wallet set next_expiry = next_expiry - interval '2 hours' where id = $1", [wallet]);

    const after = aReserve(wallet, cr(50));
    expect((await ledger.books.reserve(after)).outcome).toBe("held");
    expect((await readBalance(ledger.database.reader, wallet)).bySource).toMatchObject({
      promo: cr(20),
      purchased: cr(100),
    });
    await ledger.books.settle(aSettle(after.hold, cr(50)));
    expect((await readBalance(ledger.database.reader, wallet)).bySource).toMatchObject({
      promo: cr(20),
      purchased: cr(50),
    });
    await ledger.books.settle(aSettle(before.hold, cr(12)));
    // It burned what had not expired when it arrived; what it left is gone.
    expect((await readBalance(ledger.database.reader, wallet)).bySource).toMatchObject({
      promo: 0n,
      purchased: cr(50),
    });
  });

  test("a refund of a half-burned purchase finds its lot and takes back what is left of it", async () => {
    const wallet = await aWallet(ledger, {});
    const buy = (usd: bigint) =>
      ledger.database.inTransaction((tx) =>
        creditWallet(tx, ledger.ctx, {
          ...aPosting(wallet, "purchase"),
          refType: "purchase",
          refId: `pur_${usd}`,
          source: "purchased",
          amountMicros: cr(100),
          paidNanos: nanos(usd * 1_000_000_000n),
        }),
      );
    const older = await buy(1n);
    const newer = await buy(2n);
    const request = aReserve(wallet, cr(60));
    await ledger.books.reserve(request);
    await ledger.books.settle(aSettle(request.hold, cr(60)));

    const { rows } = await owner.query<{ id: bigint; remaining: bigint; price: bigint }>(
      `select l.id, l.remaining_micros as remaining, l.usd_nanos_per_credit as price from books.lot l
       join books.transfer t on t.id = l.transfer where t.ref_type = 'purchase' and t.ref_id = 'pur_1' and l.wallet = $1`,
      [wallet],
    );
    expect(rows).toEqual([{ id: older.lot, remaining: cr(40), price: 10_000_000n }]);
    const refund = await ledger.database.inTransaction((tx) =>
      debitWallet(tx, ledger.ctx, {
        ...aPosting(wallet, "refund"),
        amountMicros: cr(40),
        order: [],
        lot: older.lot,
        to: "cash_issued",
        mayOwe: false,
      }),
    );
    expect(refund).toMatchObject({ takenMicros: cr(40), owedMicros: 0n });
    const lots = await owner.query(
      "select id, remaining_micros as remaining from books.lot where wallet = $1 order by id",
      [wallet],
    );
    expect(lots.rows).toEqual([
      { id: older.lot, remaining: 0n },
      { id: newer.lot, remaining: cr(100) },
    ]);
  });

  test("and after all of it the books verify", async () => {
    const { violations } = await verifyLedger(ledger.database);
    expect(violations.filter(({ invariant }) => invariant !== "card-unchanged")).toEqual([]);
  });
});
