import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { newUuid, type Uuid } from "@/lib/ids";
import { createBooks, listTransfers, readBalance, type Settle, verifyLedger } from "@/lib/ledger";
import { foldAttempts, getUsage, summariseUsage } from "@/lib/usage";
import { type Micros, micros, nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aReserve, aSettle, aWallet, cr } from "@/tests/support/a-ledger";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

let home: SuppliedLedger;
beforeAll(async () => {
  home = await aSuppliedLedger();
});
afterAll(() => home.close());

/** What the supplier bills for a charge of so much. */
const costOf = (charge: Micros) => nanos(charge * 10n);
const endOn = (poolKey: Uuid, charge: Micros, lost: boolean) =>
  anEnd({
    poolKey,
    lost,
    status: "interrupted",
    meters: { input_tokens: 10, output_tokens: 20 },
    attempts: [{ n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: costOf(charge), latencyMs: 5 }],
  });

/** A stream whose gateway stood still: reserved, and ended by others at its checkpoint; without one, released. */
async function aReapedStream(
  has: Micros,
  { amount = cr(20), checkpoint = cr(0), legs = [] as never[] | object[] } = {},
) {
  const wallet = await aWallet(home, { purchased: has });
  const poolKey = await home.addKey();
  const reserve = aReserve(wallet, amount, { poolKey, legs: legs as never });
  const { hold } = reserve;
  await home.books.reserve({ ...reserve, draft: { ...reserve.draft, streamed: true } });
  const end = endOn(poolKey, checkpoint, true);
  if (checkpoint > 0n) await home.books.settle(aSettle(hold, checkpoint, { costNanos: costOf(checkpoint), end }));
  else await home.books.release({ hold, costNanos: nanos(7n), end });
  const report = (charge: Micros, isDelivered = true): Settle =>
    aSettle(hold, charge, { costNanos: costOf(charge), end: endOn(poolKey, charge, false), isDelivered });
  return { wallet, hold, poolKey, report };
}

const balanceOf = (wallet: bigint) => readBalance(home.database.reader, wallet);
const chargesOf = (wallet: bigint) =>
  listTransfers(home.database.reader, { wallet, before: null, limit: 50, kind: "charge" });
const reportsOf = async (hold: Uuid) =>
  (
    await home.database.pool.query<{ charge: Micros; debt: Micros; overrun: Micros }>(
      `select charge_micros as charge, debt_micros as debt, overrun_micros as overrun from books.late_report
       where request = $1`,
      [hold],
    )
  ).rows;

/** Books whose first flush is committed and its answer lost. */
function booksThatAreDeafOnce() {
  let n = 0;
  const query = async (flush: pg.QueryConfig): Promise<unknown> => {
    const answer = await home.database.pool.query(flush);
    if (n++ === 0) throw new Error("the connection broke");
    return answer;
  };
  return { books: createBooks({ query } as unknown as pg.Pool, home.lease), flushes: () => n };
}

describe("what was delivered under a hold that others had ended", () => {
  test("is charged late, from what is free, as an entry that names its request", async () => {
    const { wallet, hold, report } = await aReapedStream(cr(100));
    expect(await home.books.settle(report(cr(8)))).toEqual({
      outcome: "late",
      chargedMicros: cr(8),
      overrunMicros: 0n,
    });
    expect(await balanceOf(wallet)).toMatchObject({ availableMicros: cr(92), heldMicros: 0n, debtMicros: 0n });
    expect(await chargesOf(wallet)).toMatchObject([
      { kind: "charge", refType: "request", refId: hold, signedMicros: 0n - cr(8), source: "purchased" },
    ]);
    expect(await getUsage(home.database.reader, { wallet, id: hold })).toMatchObject({
      chargeMicros: cr(8),
      bySource: { purchased: cr(8) },
      owedMicros: 0n,
      meters: { output_tokens: 20 },
    });
  });

  test("adds to what its end had charged: the sum is what it asks", async () => {
    const { wallet, hold, report } = await aReapedStream(cr(100), { checkpoint: cr(3) });
    expect(await home.books.settle(report(cr(8)))).toMatchObject({ outcome: "late", chargedMicros: cr(8) });
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(92));
    expect((await chargesOf(wallet)).map(({ signedMicros }) => signedMicros)).toEqual([0n - cr(5), 0n - cr(3)]);
    const filter = { wallet, fromMs: null, toMs: null, model: null, apiKeyId: null, status: null };
    const [sum] = await summariseUsage(home.database.reader, filter, { group: "key", timeZone: "UTC" });
    expect(sum).toMatchObject({ chargeMicros: cr(8), count: 1n });
    expect(await reportsOf(hold)).toHaveLength(1);
  });

  test("is charged at most the hold; the rest is the platform's loss", async () => {
    const { wallet, hold, report } = await aReapedStream(cr(100), { amount: cr(20), checkpoint: cr(3) });
    expect(await home.books.settle(report(cr(25)))).toEqual({
      outcome: "late",
      chargedMicros: cr(20),
      overrunMicros: cr(5),
    });
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(80));
    expect(await reportsOf(hold)).toEqual([{ charge: cr(17), debt: 0n, overrun: cr(5) }]);
  });

  test("is owed as far as it isn't free any more, and is paid by what comes in", async () => {
    const { wallet, hold, report } = await aReapedStream(cr(20));
    const other = aReserve(wallet, cr(15));
    await home.books.reserve(other); // somebody spent what the end had set free
    await home.books.settle(report(cr(8)));
    expect(await balanceOf(wallet)).toMatchObject({ debtMicros: cr(3), availableMicros: 0n, heldMicros: cr(15) });
    expect(await reportsOf(hold)).toEqual([{ charge: cr(8), debt: cr(3), overrun: 0n }]);
    expect(await getUsage(home.database.reader, { wallet, id: hold })).toMatchObject({ owedMicros: cr(3) });
    await home.books.settle(aSettle(other.hold, cr(1)));
    expect(await balanceOf(wallet)).toMatchObject({ debtMicros: 0n, availableMicros: cr(11) });
  });

  test("is charged once, by however many gateways and however often", async () => {
    const { wallet, report } = await aReapedStream(cr(100), { checkpoint: cr(2) });
    const books = [home.books, ...[1, 2, 3].map(() => createBooks(home.database.pool, home.lease))];
    const replies = await Promise.all(books.map((each, i) => each.settle(report(micros(cr(8) + BigInt(i))))));
    const charges = new Set(replies.map(({ chargedMicros }) => chargedMicros));
    expect(charges.size).toBe(1);
    expect(replies.every(({ outcome }) => outcome === "late")).toBe(true);
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(100) - (replies[0]?.chargedMicros ?? 0n));
  });

  test("is charged once where the answer to its report was lost", async () => {
    const { wallet, report } = await aReapedStream(cr(100));
    const { books, flushes } = booksThatAreDeafOnce();
    expect(await books.settle(report(cr(8)))).toMatchObject({ outcome: "late", chargedMicros: cr(8) });
    expect(flushes()).toBe(2);
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(92));
  });

  test("isn't charged late where its own gateway had settled it and the answer was lost", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const reserve = aReserve(wallet, cr(20), { poolKey: await home.addKey() });
    await home.books.reserve(reserve);
    const { books } = booksThatAreDeafOnce();
    const settled = await books.settle({ ...aSettle(reserve.hold, cr(8)), isDelivered: true });
    expect(settled).toMatchObject({ outcome: "settled", chargedMicros: cr(8) });
    expect(await reportsOf(reserve.hold)).toEqual([]);
    const again = await home.books.settle({ ...aSettle(reserve.hold, cr(9)), isDelivered: true });
    expect(again).toEqual({ outcome: "closed", chargedMicros: cr(8) });
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(92));
  });

  test("is nothing where nothing was delivered, where no hold was, and where its end charged as much", async () => {
    const whole = await aReapedStream(cr(100));
    expect(await home.books.settle(whole.report(cr(8), false))).toEqual({ outcome: "closed", chargedMicros: 0n });
    const unknown = { ...whole.report(cr(8)), hold: newUuid(nowMs()) };
    expect(await home.books.settle(unknown)).toEqual({ outcome: "closed", chargedMicros: 0n });
    const stream = await aReapedStream(cr(100), { checkpoint: cr(8) });
    expect(await home.books.settle(stream.report(cr(7)))).toEqual({ outcome: "closed", chargedMicros: cr(8) });
    for (const { hold } of [whole, stream]) expect(await reportsOf(hold)).toEqual([]);
    expect((await balanceOf(whole.wallet)).availableMicros).toBe(cr(100));
  });

  test("counts in its budget's period, though others have used what the end had set free", async () => {
    const leg = { owner: newUuid(nowMs()), kind: "key_day", period: "2026-12-01", unit: "micros", limit: cr(20) };
    const { wallet, report } = await aReapedStream(cr(100), { checkpoint: cr(2), legs: [{ ...leg, amount: cr(20) }] });
    await home.books.settle(report(cr(8)));
    const { rows } = await home.database.pool.query<{ used: bigint; held: bigint }>(
      "select used_amount as used, held_amount as held from books.counter where owner = $1",
      [leg.owner],
    );
    expect(rows).toEqual([{ used: cr(8), held: 0n }]);
    expect((await balanceOf(wallet)).availableMicros).toBe(cr(92));
  });

  const folded = async (hold: Uuid) => {
    const { attempts } = await home.database.inTransaction((tx) =>
      foldAttempts(tx, systemCtx("test", nowMs()), { limit: 1_000 }),
    );
    return attempts.filter((attempt) => attempt.hold === hold);
  };
  const sumOf = (attempts: readonly { costNanos: bigint; chargeMicros: bigint }[]) => ({
    cost: attempts.reduce((sum, { costNanos }) => sum + costNanos, 0n),
    charge: attempts.reduce((sum, { chargeMicros }) => sum + chargeMicros, 0n),
  });

  test.each([
    ["released", 0, false],
    ["ended at a checkpoint", 3, false],
    ["ended at a checkpoint that was folded before", 3, true],
  ])("costs its key what its supplier bills, and counts for vesting, once: %s", async (_, checkpoint, isFolded) => {
    const { hold, poolKey, report } = await aReapedStream(cr(100), { checkpoint: cr(checkpoint) });
    const before = isFolded ? await folded(hold) : [];
    await home.books.settle(report(cr(8)));
    const attempts = [...before, ...(await folded(hold))];
    expect(sumOf(attempts)).toEqual({ cost: costOf(cr(8)), charge: cr(8) });
    expect((await home.keyRow(poolKey)).cost).toBe(costOf(cr(8)));
    expect(await folded(hold)).toEqual([]);
  });

  test("and after all of it the books verify", async () => {
    const { violations } = await verifyLedger(home.database);
    // These requests name cards that aren't there.
    expect(violations.filter(({ invariant }) => invariant !== "card-unchanged")).toEqual([]);
  });
});
