import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "@/lib/ids";
import { creditWallet, debitWallet, readBalance, readLots, reverseDebit, verifyLedger } from "@/lib/ledger";
import { nowMs } from "@/lib/time";
import { aLedger, anEnd, aPosting, aReserve, aWallet, cr, type LedgerFixture } from "@/tests/support/a-ledger";
import { nanos } from "@/lib/money";

let ledger: LedgerFixture;

beforeAll(async () => {
  ledger = await aLedger();
});
afterAll(() => ledger.close());

async function buy(wallet: bigint, credits: number): Promise<bigint> {
  const { lot } = await ledger.database.inTransaction((tx) =>
    creditWallet(tx, ledger.ctx, {
      ...aPosting(wallet, "purchase"),
      source: "purchased",
      amountMicros: cr(credits),
      paidNanos: nanos(cr(credits) * 10n),
    }),
  );
  return lot ?? 0n;
}
const take = (wallet: bigint, lot: bigint, credits: number) =>
  ledger.database.inTransaction((tx) =>
    debitWallet(tx, ledger.ctx, {
      ...aPosting(wallet, "dispute"),
      amountMicros: cr(credits),
      order: ["promo", "referral", "purchased", "vested"],
      lot,
      to: "dispute_loss",
      mayOwe: true,
    }),
  );
const giveBack = (wallet: bigint, debit: Awaited<ReturnType<typeof take>>, lot: bigint, key = newUuid(nowMs())) =>
  ledger.database.inTransaction((tx) =>
    reverseDebit(tx, ledger.ctx, { ...aPosting(wallet, "dispute_won"), key, debit: debit.transfer, lot }),
  );
const balanceOf = (wallet: bigint) => readBalance(ledger.database.reader, wallet);
const leftOf = async (lot: bigint) => (await readLots(ledger.database.reader, [lot])).get(lot)?.remainingMicros;

describe("a debit that is turned round", () => {
  test("gives every source and lot what it took, once a key, also when asked many times at once", async () => {
    const wallet = await aWallet(ledger, { promo: cr(5), referral: cr(6), vested: cr(7) });
    const lot = await buy(wallet, 10);
    const before = await balanceOf(wallet);
    const debit = await take(wallet, lot, 30);
    expect([debit.takenMicros, debit.owedMicros]).toEqual([cr(28), cr(2)]);
    expect(await balanceOf(wallet)).toMatchObject({ availableMicros: 0n, debtMicros: cr(2) });
    const key = newUuid(nowMs());
    const replies = await Promise.all(Array.from({ length: 4 }, () => giveBack(wallet, debit, lot, key)));
    expect(new Set(replies.map(({ transfer }) => transfer)).size).toBe(1);
    expect(replies[0]).toMatchObject({ restoredMicros: cr(28), forgivenMicros: cr(2) });
    expect(await balanceOf(wallet)).toEqual(before);
    expect(await leftOf(lot)).toBe(cr(10));
  });

  test("returns what has paid its debt meanwhile into the lot", async () => {
    const wallet = await aWallet(ledger, {});
    const lot = await buy(wallet, 10);
    const other = await buy(wallet, 0.5);
    await take(wallet, other, 0.5);
    const spent = await take(wallet, lot, 10);
    const more = await take(wallet, lot, 4);
    expect(more.owedMicros).toBe(cr(4));
    await buy(wallet, 3);
    expect(await balanceOf(wallet)).toMatchObject({ debtMicros: cr(1), availableMicros: 0n });
    expect(await giveBack(wallet, more, lot)).toMatchObject({ forgivenMicros: cr(1), restoredMicros: cr(3) });
    expect([await leftOf(lot), (await balanceOf(wallet)).debtMicros]).toEqual([cr(3), 0n]);
    await giveBack(wallet, spent, lot);
    // The lot was granted ten: the three that came first left room for seven, and the rest is a lot of its own.
    expect(await leftOf(lot)).toBe(cr(10));
    expect((await balanceOf(wallet)).bySource.purchased).toBe(cr(13));
  });

  test("puts what finds no room in the lot into a new one that nothing was paid for", async () => {
    const wallet = await aWallet(ledger, { promo: cr(5) });
    const lot = await buy(wallet, 10);
    const reserve = aReserve(wallet, cr(10));
    await ledger.books.reserve(reserve);
    const debit = await take(wallet, lot, 10);
    expect([debit.takenMicros, debit.owedMicros]).toEqual([cr(5), cr(5)]);
    await ledger.books.release({ hold: reserve.hold, costNanos: nanos(0n), end: anEnd({ status: "failed" }) });
    // What was held pays the debt, promo first: the lot keeps its other half.
    expect(await balanceOf(wallet)).toMatchObject({ debtMicros: 0n, bySource: { promo: 0n, purchased: cr(5) } });
    await giveBack(wallet, debit, lot);
    expect([await leftOf(lot), (await balanceOf(wallet)).bySource.purchased]).toEqual([cr(10), cr(15)]);
  });

  test("lets what has expired meanwhile expire", async () => {
    const wallet = await aWallet(ledger, { promo: cr(4), expiresMs: nowMs() + 600 });
    const lot = await buy(wallet, 1);
    const debit = await take(wallet, lot, 5);
    await ledger.database.pool.query("select pg_sleep(0.7)");
    await giveBack(wallet, debit, lot);
    expect((await balanceOf(wallet)).bySource).toMatchObject({ promo: 0n, purchased: cr(1) });
  });
});

test("all of it leaves books that verify", async () => {
  expect((await verifyLedger(ledger.database)).violations).toEqual([]);
});
