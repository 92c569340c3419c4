import { describe, expect, test } from "vitest";
import { vestContributions } from "@/lib/contributions";
import { systemCtx } from "@/lib/ctx";
import { newUuid } from "@/lib/ids";
import { verifyLedger } from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aReserve, aSettle, cr } from "@/tests/support/a-ledger";
import { makeRequests } from "@/tests/support/a-request";
import {
  aContributor,
  aKey,
  askQuote,
  balanceOf,
  contributeKey,
  controls,
  database,
  fold,
  holdOn,
  ledgerBooks,
  payer,
  readOne,
  retire,
  serveWith,
  setSettings,
  topUp,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const USD = 1_000_000_000n;
const verified = async (): Promise<unknown> => (await verifyLedger(database)).violations;

describe("what vests is bounded by what the key's requests were charged", () => {
  test("own key at a discount: 18.156 credits charged vest 16.3404 where 21.599136 are due, and the rest is held back", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    for (const charge of [6.052, 6.052, 6.052]) await serveWith(poolKey, 48_000_000n, cr(charge));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({
      vested_credits: 16.3404,
      held_back_credits: 5.258736,
      remaining_credits: 74_997 - 16.3404,
      requests_served: 3,
    });
    expect(await verified()).toEqual([]);
  });

  test("what is held back vests as soon as better-paid requests make up for cheap ones", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD, cr(1_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 900, held_back_credits: 6_599.7 });
    await serveWith(poolKey, 1n, cr(7_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 7_200, held_back_credits: 299.7 });
    await serveWith(poolKey, 50n * USD, cr(100_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 14_999.4, held_back_credits: 0 });
    expect(await verified()).toEqual([]);
  });

  test("a request that costs the supplier nothing counts with its charge all the same", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 0n, cr(1_000));
    await serveWith(poolKey, 5n * USD, cr(0));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 749.97, held_back_credits: 0 });
  });

  test("a charge above what its payer had vests nothing for the overrun", async () => {
    const bo = await aContributor();
    const ada = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await makeRequests(database, ada, [{ chargeMicros: cr(0), poolKey }]);
    await fold();
    const before = (await readOne(bo, id)).body["vested_credits"];
    const reserve = aReserve(ada.user.walletId, cr(0), { poolKey });
    expect((await ledgerBooks().reserve(reserve)).outcome).toBe("held");
    const cost = nanos(USD);
    const attempts = [{ n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: cost, latencyMs: 5 }];
    await ledgerBooks().settle(aSettle(reserve.hold, cr(500), { costNanos: cost, end: anEnd({ poolKey, attempts }) }));
    await fold();
    const { rows } = await database.pool.query("select overrun_micros from books.usage_record where id = $1", [
      reserve.hold,
    ]);
    expect(rows).toEqual([{ overrun_micros: cr(500) }]);
    expect([before, (await readOne(bo, id)).body["vested_credits"]]).toEqual([0, 0]);
    expect(await verified()).toEqual([]);
  });

  test("a charge counts at the key whose attempt served the request, not at the one that failed before it", async () => {
    const [bo, cy] = [await aContributor(), await aContributor()];
    const [failing, serving] = [await contributeKey(bo), await contributeKey(cy)];
    const { hold, ...reserve } = aReserve(payer, cr(2_000), { poolKey: failing.poolKey });
    await ledgerBooks().reserve({ hold, ...reserve });
    const cost = nanos(5n * USD);
    const next = { previousOutcome: "timeout", previousCostNanos: cost };
    await ledgerBooks().attempt({ hold, n: 2, poolKey: serving.poolKey, ...next });
    const attempts = [failing, serving].map(({ poolKey }, at) => ({
      n: at + 1,
      poolKey,
      channel: "openai",
      outcome: at === 0 ? "timeout" : "ok",
      costNanos: cost,
      latencyMs: 5,
    }));
    const end = anEnd({ poolKey: serving.poolKey, attempts });
    await ledgerBooks().settle(aSettle(hold, cr(1_500), { costNanos: cost, end }));
    await fold();
    expect((await readOne(bo, failing.id)).body).toMatchObject({ vested_credits: 0, held_back_credits: 749.97 });
    expect((await readOne(cy, serving.id)).body).toMatchObject({ vested_credits: 749.97, held_back_credits: 0 });
    expect(await verified()).toEqual([]);
  });

  test("four folders at once come to what one would, however attempts and charges are split among them", async () => {
    const people = await Promise.all([aContributor(), aContributor()]);
    const keys = await Promise.all(people.map((person) => contributeKey(person)));
    const requests = Array.from({ length: 40 }, (_, at) => ({
      key: keys[at % 2] ?? { poolKey: newUuid(1) },
      cost: BigInt(at + 1) * 7_777_777n,
      charge: cr((at * 37) % 40),
    }));
    let folded = 0;
    const folder = async (): Promise<void> => {
      while (folded < requests.length) {
        const taken = await fold(5);
        folded += taken;
      }
    };
    const serving = Promise.all(requests.map(({ key, cost, charge }) => serveWith(key.poolKey, cost, charge)));
    await Promise.all([serving, folder(), folder(), folder(), folder()]);
    for (const { poolKey } of keys) {
      const own = requests.filter(({ key }) => key.poolKey === poolKey);
      const due = (cr(74_997) * own.reduce((sum, { cost }) => sum + cost, 0n)) / (500n * USD);
      const earned = (own.reduce((sum, { charge }) => sum + charge, 0n) * 9n) / 10n;
      const { rows } = await database.pool.query("select vested_micros from contribution where pool_key_id = $1", [
        poolKey,
      ]);
      expect(rows).toEqual([{ vested_micros: due < earned ? due : earned }]);
    }
    expect(await verified()).toEqual([]);
  });

  test("a folder that is cut off before its commit counts no charge, and the next one counts it once", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 5n * USD, cr(100));
    const cut = database.inTransaction(async (tx) => {
      const ctx = systemCtx("test", nowMs());
      await vestContributions(tx, ctx, (await foldAttempts(tx, ctx, { limit: 10 })).attempts);
      throw new Error("the process dies here");
    });
    await expect(cut).rejects.toThrow("the process dies here");
    expect(await fold()).toBe(1);
    expect(await fold()).toBe(0);
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 90, held_back_credits: 659.97 });
  });
});

describe("what is held back", () => {
  test("goes back when the quota is used up, and vests after all for requests that were under way then", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    const settle = await holdOn(poolKey);
    await serveWith(poolKey, 500n * USD, cr(50_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({
      state: "depleted",
      vested_credits: 45_000,
      held_back_credits: 0,
      remaining_credits: 0,
    });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: cr(45_000), unvestedMicros: 0n, debtMicros: 0n });
    await settle(USD, cr(10_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 54_000, remaining_credits: 0 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: cr(54_000), unvestedMicros: 0n });
    expect(await verified()).toEqual([]);
  });

  test("and was spent in advance is owed when the quota is used up", async () => {
    const bo = await aContributor();
    const { poolKey } = await contributeKey(bo);
    await makeRequests(database, bo, [{ chargeMicros: cr(60_000) }]);
    await serveWith(poolKey, 500n * USD, cr(10_000));
    await fold();
    expect(await balanceOf(bo)).toMatchObject({ debtMicros: cr(51_000), spendableMicros: 0n });
    expect(await verified()).toEqual([]);
  });

  test("goes back with the rest when its owner retires the key", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD, cr(1_000));
    await fold();
    expect((await retire(bo, id)).body).toMatchObject({ vested_credits: 900, held_back_credits: 0 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: cr(900), unvestedMicros: 0n, debtMicros: 0n });
    expect(await verified()).toEqual([]);
  });

  test("and went back when the quota was used up isn't clawed back again when the contribution is closed", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 500n * USD, cr(50_000));
    await fold();
    expect((await retire(bo, id)).body).toMatchObject({ state: "retired", vested_credits: 45_000 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: cr(45_000), unvestedMicros: 0n, debtMicros: 0n });
    expect(await verified()).toEqual([]);
  });

  test("stays held back over a top-up", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await serveWith(poolKey, 50n * USD, cr(1_000));
    await fold();
    await controls().key(key, { quota_usd: 750.00027 });
    const quote = await askQuote(bo, key, { contribution: id });
    expect((await topUp(bo, id, String(quote.body["id"]))).body).toMatchObject({
      net_credits: 119_997,
      vested_credits: 900,
      held_back_credits: 6_599.7,
    });
    await serveWith(poolKey, 375n * USD, cr(200_000));
    await fold();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(7_499.7 + 112_497.3 / 2);
    expect(await verified()).toEqual([]);
  });

  test("and went back isn't granted again by a top-up", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await serveWith(poolKey, 500n * USD, cr(50_000));
    await fold();
    await controls().key(key, { quota_usd: 300.00027 });
    const quote = await askQuote(bo, key, { contribution: id });
    expect(quote.body["net_credits"]).toBe(45_000);
    expect((await topUp(bo, id, String(quote.body["id"]))).body).toMatchObject({
      state: "active",
      vested_credits: 45_000,
      remaining_credits: 45_000,
      held_back_credits: 0,
    });
    await serveWith(poolKey, 300n * USD, cr(200_000));
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 90_000, remaining_credits: 0 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: cr(90_000), unvestedMicros: 0n });
    expect(await verified()).toEqual([]);
  });
});

test("the fee of a grant bounds what its requests earn, whatever the setting becomes; a top-up brings its own from then on", async () => {
  const [bo, key] = [await aContributor(), aKey()];
  const { id, poolKey } = await contributeKey(bo, key);
  await setSettings({ contribution_fee: 0.5 });
  try {
    await serveWith(poolKey, 50n * USD, cr(1_000));
    await fold();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(900);
    await controls().key(key, { quota_usd: 750.00027 });
    const quote = await askQuote(bo, key, { contribution: id });
    await topUp(bo, id, String(quote.body["id"]));
    await serveWith(poolKey, 1n, cr(1_000));
    await fold();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(1_400);
    expect(await verified()).toEqual([]);
  } finally {
    await setSettings({ contribution_fee: 0.1 });
  }
});
