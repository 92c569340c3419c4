import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { newUuid, type Uuid } from "@/lib/ids";
import { ACCOUNTS, creditWallet } from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aPosting, aReserve, aSettle, aWallet, cr } from "@/tests/support/a-ledger";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

let home: SuppliedLedger;
beforeAll(async () => {
  home = await aSuppliedLedger();
});
afterAll(() => home.close());

type Settled = {
  hold: Uuid;
  n: number;
  poolKey: Uuid;
  ownerId: Uuid;
  costNanos: bigint;
  payerWallet: bigint;
  chargeMicros: bigint;
  burned: { source: number; hasLot: boolean; amountMicros: string; usdNanosPerCredit: string }[];
};

/** What the books tell of the attempts among these holds that went to contributed keys. */
async function settledAttempts(holds: Uuid[]): Promise<Settled[]> {
  const { rows } = await home.database.pool.query<Settled>(
    `select a.hold, a.n, a.pool_key as "poolKey", k.owner_id as "ownerId", a.cost_nanos as "costNanos",
       h.wallet as "payerWallet", h.charged_micros as "chargeMicros", b.burned
     from books.attempt a
     join books.hold h on h.id = a.hold
     join pool_key k on k.id = a.pool_key and k.owner_id is not null
     cross join lateral (
       select json_agg(json_build_object('source', l.from_account, 'hasLot', l.lot is not null,
         'amountMicros', l.amount_micros::text, 'usdNanosPerCredit', t.usd_nanos_per_credit::text) order by l.seq) as burned
       from books.line l left join books.lot t on t.id = l.lot
       where l.transfer = h.id and l.at = h.closed_at and l.wallet = h.wallet and l.kind = 5) b
     where a.hold = any ($1) and a.state = 1
     order by a.hold, a.n`,
    [holds],
  );
  return rows;
}

test("a settled attempt on a contributed key names payer, lot price and owner; one on the platform's own names none", async () => {
  const owner = newUuid(nowMs());
  const [contributed, own] = [await home.addKey(null, owner), await home.addKey()];
  // 3 promo, 4 bought at one cent a credit, and 100 at 0.8 cents: a charge of 9 burns all three.
  const payer = await aWallet(home, { promo: cr(3) });
  const buy = (credits: number, paidNanos: bigint) =>
    home.database.inTransaction((tx) =>
      creditWallet(tx, home.ctx, {
        ...aPosting(payer, "purchase"),
        source: "purchased",
        amountMicros: cr(credits),
        paidNanos: nanos(paidNanos),
      }),
    );
  await buy(4, 40_000_000n);
  await buy(100, 800_000_000n);
  const hold = await home.settleOn(contributed, 45_000_000n, payer, cr(9));
  const other = await home.settleOn(own, 1n, payer, cr(1));

  const fold = await home.database.inTransaction((tx) => foldAttempts(tx, systemCtx("test", nowMs()), { limit: 10 }));
  expect(fold.attempts).toHaveLength(2);
  const told = await settledAttempts([hold, other]);
  expect(told).toMatchObject([
    {
      hold,
      n: 1,
      poolKey: contributed,
      ownerId: owner,
      costNanos: 45_000_000n,
      payerWallet: payer,
      chargeMicros: cr(9),
      burned: [
        { source: ACCOUNTS.promo, hasLot: true, amountMicros: "3000000", usdNanosPerCredit: "0" },
        { source: ACCOUNTS.purchased, hasLot: true, amountMicros: "4000000", usdNanosPerCredit: "10000000" },
        { source: ACCOUNTS.purchased, hasLot: true, amountMicros: "2000000", usdNanosPerCredit: "8000000" },
      ],
    },
  ]);
});

test("a first attempt that failed and cost something names its own key's owner, beside the one that answered", async () => {
  const [first, second] = [newUuid(nowMs()), newUuid(nowMs())];
  const [failing, answering] = [await home.addKey(null, first), await home.addKey(null, second)];
  const reserve = aReserve(home.wallet, cr(20), { poolKey: failing });
  await home.books.reserve(reserve);
  const { hold } = reserve;
  await home.books.attempt({
    hold,
    n: 2,
    poolKey: answering,
    previousOutcome: "timeout",
    previousCostNanos: nanos(7n),
  });
  const attempts = [
    { n: 1, poolKey: failing, channel: "openai", outcome: "timeout", costNanos: nanos(7n), latencyMs: 5 },
    { n: 2, poolKey: answering, channel: "openai", outcome: "ok", costNanos: nanos(11n), latencyMs: 5 },
  ];
  await home.books.settle(
    aSettle(hold, cr(8), { costNanos: nanos(11n), end: anEnd({ poolKey: answering, attempts }) }),
  );

  const told = await settledAttempts([hold]);
  expect(told.map(({ n, ownerId, costNanos }) => ({ n, ownerId, costNanos }))).toEqual([
    { n: 1, ownerId: first, costNanos: 7n },
    { n: 2, ownerId: second, costNanos: 11n },
  ]);
  await home.database.inTransaction((tx) => foldAttempts(tx, systemCtx("test", nowMs()), { limit: 10 }));
  expect([(await home.keyRow(failing)).cost, (await home.keyRow(answering)).cost]).toEqual([7n, 11n]);
});
