import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { type Alerts, type Flows, readAlerts, readFlows, readPnl } from "@/lib/insight";
import { creditWallet } from "@/lib/ledger";
import { nanos, parseUsd } from "@/lib/money";
import { addPoolKey } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText, useVault } from "@/lib/vault";
import { aPosting, cr } from "@/tests/support/a-ledger";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { aPerson, type Person } from "@/tests/support/api";
import { buy, openShop, settle, type Shop } from "@/tests/support/shop";
import { testMasterKeys } from "@/tests/support/supply";

const HOUR_MS = 3_600_000;

let shop: Shop;
let ada: Person;

beforeAll(async () => {
  useVault(testMasterKeys());
  shop = await openShop();
  ada = await aPerson(shop.database);
});
afterAll(() => shop.close());

const usd = (text: string) => parseUsd(text) ?? nanos(0n);
const flows = (fromMs = nowMs() - HOUR_MS): Promise<Flows> =>
  readFlows(shop.database.reader, { fromMs, toMs: fromMs + 2 * HOUR_MS });
const alerts = (): Promise<Alerts> => readAlerts(shop.database.reader, nowMs());

test("credits count as issued in the range in which they were new, by source, and not when they come back", async () => {
  await giveCredits(shop.database, ada, 30);
  await shop.database.inTransaction((tx) =>
    creditWallet(tx, systemCtx("test", nowMs()), {
      ...aPosting(ada.user.walletId, "grant"),
      source: "vested",
      amountMicros: cr(20),
    }),
  );
  const id = await buy(shop, ada, { pack: "starter" });
  await makeRequests(shop.database, ada, [{ chargeMicros: cr(8) }]);
  await shop.control("POST", `/stripe/dispute/${id}`, { status: "needs_response" });
  await settle(shop);
  await shop.control("POST", `/stripe/dispute/${id}`, { status: "won" });
  await settle(shop);
  expect((await flows()).issued).toEqual({ purchased: cr(1_000), earned: cr(20), promo: cr(30), referral: 0n });
  expect((await flows(nowMs() - 5 * HOUR_MS)).issued).toEqual({ purchased: 0n, earned: 0n, promo: 0n, referral: 0n });
});

test("the cash view is what credited orders brought, what went back, and what is in dispute", async () => {
  const bo = await aPerson(shop.database);
  const before = (await flows()).cash;
  await shop.refund(bo, await buy(shop, bo, { pack: "pro" }));
  await settle(shop);
  await shop.control("POST", `/stripe/dispute/${await buy(shop, bo, { usd: 50 })}`, { status: "needs_response" });
  await settle(shop);
  await buy(shop, bo, { usd: 7 }, { amount: 600 });
  const { cash } = await flows();
  expect(cash.paidNanos - before.paidNanos).toBe(usd("140"));
  expect([cash.refundedNanos, cash.disputedNanos]).toEqual([usd("90"), usd("50")]);
});

test("what Stripe kept of a payment lessens the cash, and the profit of what its credits are spent on", async () => {
  const buyer = await aPerson(shop.database);
  await shop.recordFees();
  const before = (await flows()).cash;
  await buy(shop, buyer, { pack: "starter" });
  const model = "fees";
  await makeRequests(shop.database, buyer, [{ chargeMicros: cr(250), costNanos: usd("1"), draft: { model } }]);
  const ofModel = async () => {
    const rates = { usdPerCredit: { digits: 1n, scale: 2 }, payoutPer100: usd("0.9") };
    const range = { fromMs: nowMs() - HOUR_MS, toMs: nowMs() + HOUR_MS };
    const { groups } = await readPnl(shop.database.reader, { ...range, group: "model", rates });
    return groups.find(({ group }) => group === model)?.figures;
  };
  expect(await ofModel()).toMatchObject({ realisedNanos: usd("2.5"), feesNanos: 0n });
  await shop.recordFees();
  await shop.recordFees();
  const { cash } = await flows();
  expect(cash.feesNanos - before.feesNanos).toBe(usd("0.59"));
  expect(await ofModel()).toMatchObject({ feesNanos: usd("0.1475"), economicProfitNanos: usd("1.3525") });
});

test("an order in quarantine is an alert with what was paid of what", async () => {
  const before = await alerts();
  const id = await buy(shop, ada, { usd: 12 }, { amount: 1_100 });
  const { quarantined } = await alerts();
  expect(quarantined.count).toBe(before.quarantined.count + 1);
  expect(quarantined.latest[0]).toMatchObject({
    id: fromPublicId("purchase", id),
    usdNanos: usd("12"),
    problem: "paid USD 11 of USD 12",
  });
});

test("a pool is low without a key in use, and with less on its keys than the last day cost", async () => {
  const add = (text: string, quotaNanos: ReturnType<typeof usd> | null): Promise<{ id: Uuid }> =>
    shop.database.inTransaction((tx) =>
      addPoolKey(tx, systemCtx("test", nowMs()), { channelId: "openai", secret: new SecretText(text), quotaNanos }),
    );
  expect((await alerts()).lowPools).toMatchObject([{ provider: "openai", leftNanos: null }]);
  await makeRequests(shop.database, ada, [{ chargeMicros: cr(1), costNanos: usd("3") }]);
  await add("sk-first", usd("2"));
  const [low] = (await alerts()).lowPools;
  expect(low).toMatchObject({ provider: "openai", leftNanos: usd("2") });
  expect(low?.dayCostNanos).toBeGreaterThanOrEqual(usd("3"));
  await add("sk-second", usd("20"));
  expect((await alerts()).lowPools).toEqual([]);
});
