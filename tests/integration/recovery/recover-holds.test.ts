import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import {
  type Checkpoint,
  createBooks,
  keepLease,
  LEASE_TIMINGS,
  readBalance,
  type Reserve,
  verifyLedger,
} from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { recoverHolds } from "@/lib/recovery";
import { nanos } from "@/lib/money";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aReserve, aSettle, aWallet, cr } from "@/tests/support/a-ledger";
import { rawPool } from "@/tests/support/database";
import { stageModel } from "@/tests/support/stage";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

let home: SuppliedLedger;
beforeAll(async () => {
  home = await aSuppliedLedger();
});
afterAll(() => home.close());

const checkpoint = (credits: number): Checkpoint => ({
  chargeMicros: cr(credits),
  costNanos: nanos(30_000_000n),
  meters: { input_tokens: 100, output_tokens: 40 },
  multipliers: [],
  breakdown: [{ meter: "output_tokens" }],
  costBreakdown: [],
  latencyMs: 5_000,
  ttftMs: 300,
});

/** A gateway of its own that makes holds and is then gone, without a word. */
async function aGateway() {
  const lease = await keepLease(home.database.pool, "doomed", { renewMs: 600_000 });
  const books = createBooks(home.database.pool, lease);
  type Draft = Partial<Reserve["draft"]>;
  const reserve = async (wallet: bigint, poolKey: Uuid, streamed: boolean, draft: Draft = {}): Promise<Reserve> => {
    const made = aReserve(wallet, cr(20), { poolKey });
    const held = { ...made, draft: { ...made.draft, streamed, ...draft } };
    const { outcome } = await books.reserve(held);
    if (outcome !== "held") throw new Error(`the request wasn't reserved: ${outcome}`);
    return held;
  };
  return { books, lease, reserve };
}

/** Changes the lease rows of the doomed as their owner. */
async function age(change: string): Promise<void> {
  const owner = rawPool(home.home.ownerUrl, 1);
  await owner.query(`update books.lease set ${change} where process = 'doomed'`);
  await owner.end();
}
/** Makes the doomed look as if they hadn't renewed for a minute. */
const letLapse = () => age("renewed_at = now() - interval '1 minute'");
/** Lets the last look be so long ago. */
const letLookAge = (seconds: number) => age(`lapsed_at = lapsed_at - interval '${seconds} seconds'`);

/** GPT-4's: USD 0.03 for 1,000 tokens of input. */
async function aCostCard(): Promise<bigint> {
  await stageModel(home.database);
  const { rows } = await home.database.pool.query<{ id: bigint }>(
    "select max(id) as id from card where model_id = 'gpt-4' and kind = 'cost'",
  );
  return rows[0]?.id ?? 0n;
}

const recordOf = async (hold: Uuid) => {
  const { rows } = await home.database.pool.query(
    `select status, lost, estimated, charge_micros, cost_nanos, http_status, channel, pool_key, meters, latency_ms, requests
     from books.usage_record where id = $1`,
    [hold],
  );
  return rows;
};

describe("what a gateway's death leaves behind", () => {
  test("a stream is charged from its last checkpoint, a whole reply not at all, and both are recorded as lost", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const poolKey = await home.addKey();
    const gateway = await aGateway();
    const stream = await gateway.reserve(wallet, poolKey, true);
    await gateway.books.extend({ hold: stream.hold, toMicros: null, checkpoint: checkpoint(3) });
    await gateway.books.extend({ hold: stream.hold, toMicros: null, checkpoint: checkpoint(5) });
    const whole = await gateway.reserve(wallet, poolKey, false);
    await gateway.lease.close();

    expect(await recoverHolds(home.database, home.books, LEASE_TIMINGS)).toEqual({
      leasesClosed: 0n,
      settled: 1,
      released: 1,
      failed: [],
    });
    expect(await recordOf(stream.hold)).toMatchObject([
      {
        status: "interrupted",
        lost: true,
        estimated: true,
        charge_micros: cr(5),
        cost_nanos: 30_000_000n,
        channel: "openai",
        pool_key: poolKey,
        requests: 0,
      },
    ]);
    expect(await recordOf(whole.hold)).toMatchObject([
      { status: "interrupted", lost: true, estimated: false, charge_micros: 0n, cost_nanos: 0n, requests: 0 },
    ]);
    expect(await readBalance(home.database.reader, wallet)).toMatchObject({ heldMicros: 0n });
    await home.database.inTransaction((tx) => foldAttempts(tx, systemCtx("test", nowMs()), { limit: 100 }));
    expect((await home.keyRow(poolKey)).cost).toBe(30_000_000n);
  });

  test.each([false, true])(
    "a reply that nobody charges costs what its input does, and its key nothing: streamed %s",
    async (streamed) => {
      const wallet = await aWallet(home, { purchased: cr(100) });
      const poolKey = await home.addKey();
      const gateway = await aGateway();
      const draft = { costCard: await aCostCard(), inputTokens: 2_000 };
      await home.database.pool.query("update channel set cost_factor = '0.5' where id = 'openai'");
      const { hold } = await gateway.reserve(wallet, poolKey, streamed, draft);
      const { hold: other } = await gateway.reserve(wallet, poolKey, streamed, { ...draft, costCard: 9_999n });
      await gateway.lease.close();
      expect(await recoverHolds(home.database, home.books, LEASE_TIMINGS)).toMatchObject({ settled: 0, released: 2 });
      // 2,000 × USD 0.03 / 1,000, by half; what no card prices stays zero.
      expect(await recordOf(hold)).toMatchObject([
        { lost: true, charge_micros: 0n, cost_nanos: 30_000_000n, meters: {} },
      ]);
      expect(await recordOf(other)).toMatchObject([{ charge_micros: 0n, cost_nanos: 0n }]);
      await home.database.inTransaction((tx) => foldAttempts(tx, systemCtx("test", nowMs()), { limit: 100 }));
      expect((await home.keyRow(poolKey)).cost).toBe(0n);
      expect((await verifyLedger(home.database)).violations).toEqual([]);
    },
  );

  test("a stream without a checkpoint is released", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const gateway = await aGateway();
    const stream = await gateway.reserve(wallet, await home.addKey(), true);
    await gateway.lease.close();
    expect(await recoverHolds(home.database, home.books, LEASE_TIMINGS)).toMatchObject({ settled: 0, released: 1 });
    expect(await recordOf(stream.hold)).toMatchObject([{ charge_micros: 0n, lost: true }]);
  });

  test("a checkpoint above the hold is charged the hold and no more", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const gateway = await aGateway();
    const stream = await gateway.reserve(wallet, await home.addKey(), true);
    await gateway.books.extend({ hold: stream.hold, toMicros: null, checkpoint: checkpoint(33) });
    await gateway.lease.close();
    await recoverHolds(home.database, home.books, LEASE_TIMINGS);
    expect(await recordOf(stream.hold)).toMatchObject([{ charge_micros: cr(20) }]);
  });

  test("a lease ends after two looks, five seconds apart, that found it lapsed; holds of the living are left alone", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const poolKey = await home.addKey();
    const [doomed, living] = [await aGateway(), aReserve(wallet, cr(20), { poolKey })];
    await home.books.reserve(living);
    const { hold } = await doomed.reserve(wallet, poolKey, false);
    const look = () => recoverHolds(home.database, home.books, LEASE_TIMINGS);
    const nothing = { leasesClosed: 0n, settled: 0, released: 0, failed: [] };
    expect(await look()).toEqual(nothing);
    await letLapse();
    expect(await look()).toEqual(nothing); // the first that finds it lapsed
    await letLookAge(4);
    expect(await look()).toEqual(nothing); // the second, too early
    await letLookAge(2);
    expect(await look()).toMatchObject({ leasesClosed: 1n, settled: 0, released: 1 });
    expect(await recordOf(hold)).toHaveLength(1);
    expect(await home.books.settle(aSettle(living.hold, cr(8)))).toMatchObject({ outcome: "settled" });
  });

  test("a renewal between two looks takes the first one back", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const gateway = await aGateway();
    const { hold } = await gateway.reserve(wallet, await home.addKey(), false);
    const look = () => recoverHolds(home.database, home.books, LEASE_TIMINGS);
    await letLapse();
    await look();
    await home.database.pool.query("select books.renew_lease($1)", [gateway.lease.current().id]);
    await letLapse();
    await letLookAge(60);
    expect(await look()).toMatchObject({ leasesClosed: 0n });
    await letLookAge(6);
    expect(await look()).toMatchObject({ leasesClosed: 1n, released: 1 });
    expect(await recordOf(hold)).toHaveLength(1);
  });

  test("a look that nobody heard the answer of counts for nothing", async () => {
    const wallet = await aWallet(home, { purchased: cr(100) });
    const gateway = await aGateway();
    await gateway.reserve(wallet, await home.addKey(), false);
    await letLapse();
    // A server that has carried the look out, and whose answer is lost on its way.
    const deaf = {
      async connect() {
        const client = await home.database.pool.connect();
        const query = async (ask: { text: string }): Promise<unknown> => {
          const answer: unknown = await client.query(ask);
          if (ask.text.includes("close_lapsed_leases")) throw new Error("timeout");
          return answer;
        };
        return { query, release: (isBroken?: boolean) => client.release(isBroken) };
      },
    };
    const database = { ...home.database, pool: deaf as unknown as pg.Pool };
    await expect(recoverHolds(database, home.books, LEASE_TIMINGS)).rejects.toThrow("timeout");
    await letLookAge(60);
    expect(await recoverHolds(home.database, home.books, LEASE_TIMINGS)).toMatchObject({ leasesClosed: 0n });
    await gateway.lease.close();
    await recoverHolds(home.database, home.books, LEASE_TIMINGS);
  });

  test("three reapers at once, and the gateway itself after all: every hold ends once", async () => {
    const wallet = await aWallet(home, { purchased: cr(1_000) });
    const poolKey = await home.addKey();
    const gateway = await aGateway();
    const holds = await Promise.all(Array.from({ length: 30 }, () => gateway.reserve(wallet, poolKey, true)));
    await Promise.all(
      holds.map(({ hold }) => gateway.books.extend({ hold, toMicros: null, checkpoint: checkpoint(2) })),
    );
    await gateway.lease.close();
    const late = holds.map(({ hold }) => gateway.books.settle(aSettle(hold, cr(4))));
    const reapers = [1, 2, 3].map(() => recoverHolds(home.database, home.books, LEASE_TIMINGS));
    const [ended, recovered] = await Promise.all([Promise.all(late), Promise.all(reapers)]);
    const byGateway = ended.filter(({ outcome }) => outcome === "settled").length;
    const byReapers = recovered.reduce((sum, { settled }) => sum + settled, 0);
    expect(byGateway + byReapers).toBe(30);
    const { rows } = await home.database.pool.query<{ n: bigint; charged: bigint }>(
      "select count(*) as n, sum(charge_micros)::bigint as charged from books.usage_record where wallet = $1",
      [wallet],
    );
    expect(rows).toEqual([{ n: 30n, charged: cr(4) * BigInt(byGateway) + cr(2) * BigInt(byReapers) }]);
  });
});
