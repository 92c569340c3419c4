import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid, type Uuid } from "@/lib/ids";
import { createBooks, readBalance } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { aLedger, aReserve, aSettle, aWallet, anEnd, cr, type LedgerFixture } from "../../support/a-ledger";

type Flush = { values: (string | null)[] };
/** What happens to the nth flush on its way: `go` carries it out. */
type Fate = (go: () => Promise<unknown>, n: number, flush: Flush) => Promise<unknown>;

const broken = (code?: string): Promise<never> =>
  Promise.reject(Object.assign(new Error(`the connection broke (${code ?? "no code"})`), { code }));

describe("a flush whose answer is lost", () => {
  let ledger: LedgerFixture;
  beforeAll(async () => {
    ledger = await aLedger();
  });
  afterAll(() => ledger.close());

  /** Books whose flushes meet a fate between us and the real server. */
  const booksWith = (fate: Fate, patienceMs?: number) => {
    let n = 0;
    const query = (flush: Flush): Promise<unknown> =>
      fate(() => ledger.database.pool.query(flush as never), n++, flush);
    return createBooks({ query } as unknown as pg.Pool, ledger.lease, { patienceMs });
  };
  const heldOf = async (wallet: bigint) => (await readBalance(ledger.database.reader, wallet)).heldMicros;
  const anOpenHold = async (has = 10) => {
    const wallet = await aWallet(ledger, { purchased: cr(has) });
    const { hold } = aReserve(wallet, cr(1));
    await ledger.books.reserve({ ...aReserve(wallet, cr(1)), hold });
    return { wallet, hold };
  };
  const reap = (hold: Uuid) =>
    ledger.books.release({ hold, costNanos: nanos(0n), end: anEnd({ status: "failed", lost: true }) });
  /** The first flush is lost before it is carried out, and the reaper ends the hold meanwhile. */
  const reapedMeanwhile =
    (hold: Uuid): Fate =>
    async (go, n) => {
      if (n > 0) return go();
      await reap(hold);
      return broken("57P01");
    };

  test.each(["EPIPE", "0A000", "28P01", "26000", "42501", "3D000", "XX000", "40P01"])(
    "a settlement outlives %s: it is no fault of the item",
    async (code) => {
      const { hold } = await anOpenHold();
      const books = booksWith((go, n) => (n === 0 ? broken(code) : go()));
      expect(await books.settle(aSettle(hold, cr(1)))).toMatchObject({ outcome: "settled" });
    },
  );

  test("a settlement that was committed is settled, and says what it charged", async () => {
    const { wallet, hold } = await anOpenHold();
    const books = booksWith(async (go, n) => (n === 0 ? go().then(() => broken()) : go()));
    expect(await books.settle(aSettle(hold, cr(1)))).toMatchObject({ outcome: "settled", chargedMicros: cr(1) });
    expect((await readBalance(ledger.database.reader, wallet)).availableMicros).toBe(cr(9));
  });

  test("an item that can't be written is refused to its caller and stops nobody else", async () => {
    const [bad, good] = [await anOpenHold(), await anOpenHold()];
    const refused = ledger.books.settle(aSettle(bad.hold, cr(1), { end: anEnd({ breakdown: [{ amount: 1n }] }) }));
    await expect(refused).rejects.toThrow(/BigInt/);
    expect(await ledger.books.settle(aSettle(good.hold, cr(1)))).toMatchObject({ outcome: "settled" });
  });

  test("text that PostgreSQL can't store doesn't make a request free", async () => {
    const { hold } = await anOpenHold();
    const end = anEnd({ errorCode: "zero \0 and half \ud83d", meters: { "x\0": 1 } });
    expect(await ledger.books.settle(aSettle(hold, cr(1), { end }))).toMatchObject({ outcome: "settled" });
  });

  test("a hold that the reaper ended meanwhile is closed to a repeated attempt, extend and settle", async () => {
    const attempt = { n: 2, poolKey: newUuid(nowMs()), previousOutcome: "x", previousCostNanos: nanos(0n) };
    const [first, second, third] = [await anOpenHold(), await anOpenHold(), await anOpenHold()];
    expect(await booksWith(reapedMeanwhile(first.hold)).attempt({ hold: first.hold, ...attempt })).toEqual({
      outcome: "closed",
    });
    const extend = { hold: second.hold, toMicros: cr(2), checkpoint: null };
    expect(await booksWith(reapedMeanwhile(second.hold)).extend(extend)).toEqual({ outcome: "closed" });
    expect(await booksWith(reapedMeanwhile(third.hold)).settle(aSettle(third.hold, cr(1)))).toEqual({
      outcome: "closed",
      chargedMicros: 0n,
    });
  });

  test("a repeated reserve whose hold was ended meanwhile isn't held", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(10) });
    const request = aReserve(wallet, cr(1));
    const books = booksWith(async (go, n) => {
      if (n > 0) return go();
      await go();
      await reap(request.hold);
      return broken("57P01");
    });
    expect(await books.reserve(request)).toEqual({ outcome: "ended" });
  });

  test.each([10, 100])("an extend that was committed and repeated holds once, of %d credits", async (has) => {
    const { wallet, hold } = await anOpenHold(has);
    const books = booksWith(async (go, n) => (n === 0 ? go().then(() => broken("57P01")) : go()));
    expect(await books.extend({ hold, toMicros: cr(6), checkpoint: null })).toEqual({ outcome: "held" });
    expect(await heldOf(wallet)).toBe(cr(6));
  });

  test("two extends of one hold have their own answers", async () => {
    const { hold } = await anOpenHold();
    const outcomes = await Promise.all([
      ledger.books.extend({ hold, toMicros: cr(100), checkpoint: null }),
      ledger.books.extend({ hold, toMicros: cr(2), checkpoint: null }),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["short", "held"]);
  });

  test("a reserve gives up after its patience though the server never answers", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(10) });
    const books = booksWith(() => new Promise(() => undefined), 100);
    await expect(books.reserve(aReserve(wallet, cr(1)))).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a reserve that was given up and is committed late holds nothing", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(10) });
    let commitLate: (() => Promise<unknown>) | undefined;
    const books = booksWith((go, n) => {
      if (n === 0) commitLate = go;
      return n <= 3 ? broken(n === 0 ? undefined : "57P03") : go();
    }, 100);
    await expect(books.reserve(aReserve(wallet, cr(1)))).rejects.toMatchObject({ code: "unavailable" });
    await books.idle();
    await commitLate?.();
    expect(await heldOf(wallet)).toBe(0n);
    const { rows } = await ledger.database.pool.query("select requests from books.usage_record where wallet = $1", [
      wallet,
    ]);
    expect(rows).toEqual([{ requests: 0 }]);
  });

  test("reserves that never left leave nothing to end when the database is back", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(10) });
    let ends = 0;
    let isAway = true;
    const books = booksWith((go, _n, { values }) => {
      if (isAway) return broken("ECONNREFUSED");
      ends += (JSON.parse(values[4] ?? "[]") as unknown[]).length;
      return go();
    }, 30);
    const refused = await Promise.allSettled(
      Array.from({ length: 200 }, () => books.reserve(aReserve(wallet, cr(0.001)))),
    );
    expect(refused.every(({ status }) => status === "rejected")).toBe(true);
    isAway = false;
    await books.idle();
    expect(ends).toBe(0);
  });

  test("a batch that is too slow for the server comes again in halves", async () => {
    const holds = await Promise.all(Array.from({ length: 8 }, () => anOpenHold()));
    const books = booksWith((go, _n, { values }) =>
      (JSON.parse(values[4] ?? "[]") as unknown[]).length > 2 ? broken("57014") : go(),
    );
    const ended = await Promise.all(holds.map(({ hold }) => books.settle(aSettle(hold, cr(1)))));
    expect(ended.every(({ outcome }) => outcome === "settled")).toBe(true);
  });

  test("one wallet that somebody keeps locked doesn't keep the others waiting", async () => {
    const [locked, free] = [await anOpenHold(), await anOpenHold()];
    const client = await ledger.database.pool.connect();
    try {
      await client.query("begin");
      await client.query("select books.set_advance_limit($1, 1)", [locked.wallet]);
      const waiting = ledger.books.settle(aSettle(locked.hold, cr(1)));
      expect(await ledger.books.settle(aSettle(free.hold, cr(1)))).toMatchObject({ outcome: "settled" });
      await client.query("rollback");
      expect(await waiting).toMatchObject({ outcome: "settled" });
    } finally {
      client.release();
    }
  });
});
