import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "@/lib/db";
import { AssertionError } from "@/lib/errors";
import { newUuid } from "@/lib/ids";
import { createBooks, keepLease, readBalance, verifyLedger } from "@/lib/ledger";
import { micros, nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { aLedger, anEnd, aReserve, aSettle, aWallet, cr, type LedgerFixture } from "../../support/a-ledger";
import { rawPool } from "@/tests/support/database";

const BREAKS = 8;

describe("the five verbs of the books", () => {
  let ledger: LedgerFixture;
  beforeAll(async () => {
    ledger = await aLedger();
  });
  afterAll(async () => {
    await ledger.close();
  });
  const balance = (wallet: bigint) => readBalance(ledger.database.reader, wallet);

  test("64 clients of two gateways never take more than the wallet has, and take all of it", async () => {
    const wallet = await aWallet(ledger, { promo: cr(7), purchased: cr(43) });
    const second = await keepLease(ledger.database.pool, "second gateway");
    const gateways = [ledger.books, createBooks(ledger.database.pool, second)] as const;
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, async (_, client) => {
        const books = gateways[client % 2] ?? ledger.books;
        const request = aReserve(wallet, cr(1));
        const { outcome } = await books.reserve(request);
        if (outcome === "held") await books.settle(aSettle(request.hold, cr(1)));
        return outcome;
      }),
    );
    expect(outcomes.filter((outcome) => outcome === "held")).toHaveLength(50);
    expect(await balance(wallet)).toMatchObject({ availableMicros: 0n, heldMicros: 0n });
    await second.close();
  });

  test("a hold is ended once, whoever tries and however often", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const request = aReserve(wallet, cr(10));
    await ledger.books.reserve(request);
    const replies = await Promise.all([
      ...Array.from({ length: 10 }, (_, i) =>
        createBooks(ledger.database.pool, ledger.lease).settle(aSettle(request.hold, cr(3 + i))),
      ),
      ledger.books.release({ hold: request.hold, costNanos: nanos(0n), end: anEnd({ status: "failed" }) }),
    ]);
    expect(replies.filter(({ outcome }) => outcome !== "closed")).toHaveLength(1);
    const charged = replies.map((reply) => ("chargedMicros" in reply ? reply.chargedMicros : 0n));
    expect(new Set(charged).size).toBe(1);
    expect((await balance(wallet)).availableMicros).toBe(cr(100) - (charged[0] ?? 0n));
  });

  test("nothing waits once the books are idle, not even what follows from the last replies", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const request = aReserve(wallet, cr(10));
    const books = createBooks(ledger.database.pool, ledger.lease);
    let isSettled = false;
    const served = books
      .reserve(request)
      .then(() => books.settle(aSettle(request.hold, cr(4))))
      .then(() => {
        isSettled = true;
      });
    await books.idle();
    expect(isSettled).toBe(true);
    await served;
  });

  test("a reserve that is repeated holds once", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const request = aReserve(wallet, cr(10));
    const outcomes = await Promise.all(
      [request, request, request].map((each) => createBooks(ledger.database.pool, ledger.lease).reserve(each)),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["held", "repeated", "repeated"]);
    expect((await balance(wallet)).heldMicros).toBe(cr(10));
  });

  test("a settlement takes from its own wallet only, though others are in the same flush", async () => {
    const wallets = await Promise.all(Array.from({ length: 8 }, () => aWallet(ledger, { purchased: cr(20) })));
    const requests = wallets.map((wallet) => aReserve(wallet, cr(10)));
    await Promise.all(requests.map((request) => ledger.books.reserve(request)));
    await Promise.all(requests.map((request, i) => ledger.books.settle(aSettle(request.hold, cr(i)))));
    const left = await Promise.all(wallets.map(async (wallet) => (await balance(wallet)).availableMicros));
    expect(left).toEqual(wallets.map((_, i) => cr(20 - i)));
  });

  test("a charge above its hold takes what is free, and the rest is the platform's overrun", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(20) });
    const other = aReserve(wallet, cr(6));
    const request = aReserve(wallet, cr(10));
    await Promise.all([ledger.books.reserve(other), ledger.books.reserve(request)]);
    expect(await ledger.books.settle(aSettle(request.hold, cr(25)))).toEqual({
      outcome: "settled",
      chargedMicros: cr(14),
      overrunMicros: cr(11),
    });
    expect(await balance(wallet)).toMatchObject({ availableMicros: 0n, heldMicros: cr(6) });
  });

  test("one item that the ledger refuses doesn't take its batch with it", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const good = Array.from({ length: 5 }, () => aReserve(wallet, cr(1)));
    const bad = aReserve(wallet, micros(-1n));
    const replies = await Promise.allSettled(
      [...good.slice(0, 3), bad, ...good.slice(3)].map((each) => ledger.books.reserve(each)),
    );
    expect(replies.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect((replies[3] as PromiseRejectedResult).reason).toBeInstanceOf(AssertionError);
    expect((await balance(wallet)).heldMicros).toBe(cr(5));
  });

  test("a failed attempt that cost something is kept for its key, and the record adds both up", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const request = aReserve(wallet, cr(10));
    await ledger.books.reserve(request);
    const [first, second] = [newUuid(nowMs()), newUuid(nowMs())];
    const attempt = {
      hold: request.hold,
      n: 2,
      poolKey: second,
      previousOutcome: "server_error",
      previousCostNanos: nanos(5n),
    };
    expect((await ledger.books.attempt(attempt)).outcome).toBe("recorded");
    const attempts = [
      { n: 1, poolKey: first, channel: "openai", outcome: "server_error", costNanos: nanos(5n), latencyMs: 3 },
      { n: 2, poolKey: second, channel: "openai", outcome: "ok", costNanos: nanos(7n), latencyMs: 9 },
    ];
    await ledger.books.settle(aSettle(request.hold, cr(2), { costNanos: nanos(7n), end: anEnd({ attempts }) }));
    const { rows } = await ledger.database.pool.query(
      "select state, cost_nanos, (select cost_nanos from books.usage_record where id = hold) as total from books.attempt where hold = $1 order by n",
      [request.hold],
    );
    expect(rows).toEqual([
      { state: 1, cost_nanos: 5n, total: 12n },
      { state: 1, cost_nanos: 7n, total: 12n },
    ]);
    expect((await ledger.books.attempt({ ...attempt, n: 3 })).outcome).toBe("closed");
  });

  test("a gateway whose lease was closed takes a new one and reserves under it", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(10) });
    const lease = await keepLease(ledger.database.pool, "paused gateway");
    const books = createBooks(ledger.database.pool, lease);
    const old = lease.current();
    await ledger.database.pool.query("select books.close_lease($1)", [old.id]);
    expect((await books.reserve(aReserve(wallet, cr(1)))).outcome).toBe("held");
    expect(lease.current()).not.toBe(old);
    expect([old.isValid(), lease.current().isValid()]).toEqual([false, true]);
    await lease.close();
  });

  test("connections that break while a batch is committed leave no doubt: the same batch is sent again", async () => {
    const wallet = await aWallet(ledger, { purchased: cr(1_000) });
    const breakable = openDatabase(`${ledger.home.url}?application_name=breakable`, 1);
    const lease = await keepLease(ledger.database.pool, "breaking");
    const books = createBooks(breakable.pool, lease, { patienceMs: 25_000 });
    const owner = rawPool(ledger.home.ownerUrl, 1);
    let broken = 0;
    let isDone = false;
    const breaking = (async () => {
      while (!isDone && broken < BREAKS) {
        const sql =
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'breakable' and state = 'active'";
        broken += (await owner.query(sql)).rowCount ?? 0;
      }
    })();
    const one = async (): Promise<void> => {
      const request = aReserve(wallet, cr(2));
      expect(["held", "repeated"]).toContain((await books.reserve(request)).outcome);
      await books.settle(aSettle(request.hold, cr(1)));
    };
    const ended = await Promise.allSettled(Array.from({ length: 100 }, one));
    isDone = true;
    await breaking;
    expect(broken).toBeGreaterThan(0);
    expect(ended.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(await balance(wallet)).toMatchObject({ availableMicros: cr(900), heldMicros: 0n });
    await Promise.all([breakable.close(), owner.end(), lease.close()]);
  });

  test("and after all of it the books verify", async () => {
    const { violations } = await verifyLedger(ledger.database);
    expect(violations.filter(({ invariant }) => invariant !== "card-unchanged")).toEqual([]);
  });
});
