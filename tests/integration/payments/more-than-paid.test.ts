import { beforeAll, describe, expect, test } from "vitest";
import * as resolve from "@/app/api/v1/admin/purchases/[id]/resolve/route";
import * as audit from "@/app/api/v1/admin/audit/route";
import * as balance from "@/app/api/v1/balance/route";
import { fromPublicId } from "@/lib/ids";
import { readAlerts } from "@/lib/insight";
import { nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { cr } from "@/tests/support/a-ledger";
import { makeRequests } from "@/tests/support/a-request";
import { aPerson, call, type Person } from "@/tests/support/api";
import { ada, buy, refundAtStripe, settle, shop, useShop } from "@/tests/support/shop";

/** Refunds and disputes that together send back more than was paid freeze their purchase. */

let admin: Person;

useShop();
beforeAll(async () => {
  admin = await aPerson(shop.database, { role: "admin", scopes: ["admin"] });
});

const USD = 1_000_000_000n;
const balanceOf = async () => (await call("GET", "/balance", balance.GET, { as: ada.key })).body;
const purchaseOf = async (id: string) => (await shop.get(ada, id)).body;
const dispute = async (id: string, order: object): Promise<void> => {
  await shop.control("POST", `/stripe/dispute/${id}`, order);
  await settle(shop);
};
const frozen = async (id: string) => {
  const found = (await readAlerts(shop.database.reader, nowMs())).frozen;
  return found.latest.find((one) => one.id === fromPublicId("purchase", id));
};
const resolved = (id: string, as = admin) =>
  call("POST", `/admin/purchases/${id}/resolve`, resolve.POST, {
    as: as.key,
    params: { id },
    body: { reason: "a loss" },
  });
const madeRefunds = async () => (await shop.events()).filter(({ type }) => type === "refund.created").length;

/** Each: what happens to a purchase of USD 90.00 with 10,000 credits, and what refunds and disputes then come to. */
const TOO_MUCH: [string, (id: string) => Promise<void>, [refunded: bigint, disputed: bigint]][] = [
  [
    "a dispute of the whole after a refund of a part",
    async (id) => {
      await refundAtStripe(shop, id, { amount: 2_700 });
      await dispute(id, { amount: 9_000 });
    },
    [27n, 90n],
  ],
  [
    "a dispute of the whole after a refund of the whole",
    async (id) => {
      await refundAtStripe(shop, id);
      await dispute(id, { amount: 9_000 });
    },
    [90n, 90n],
  ],
  [
    "several refunds and a dispute of more than they left",
    async (id) => {
      await refundAtStripe(shop, id, { amount: 3_000 });
      await refundAtStripe(shop, id, { amount: 3_000 });
      await dispute(id, { amount: 3_001 });
    },
    [60n, 30n],
  ],
  [
    "two disputes of the whole, one after the other is lost",
    async (id) => {
      await dispute(id, { amount: 9_000 });
      await dispute(id, { status: "lost" });
      await dispute(id, { amount: 9_000 });
    },
    [0n, 180n],
  ],
  [
    "a dispute in another currency, which counts as the whole, beside a refund",
    async (id) => {
      await refundAtStripe(shop, id, { amount: 100 });
      await dispute(id, { amount: 50, currency: "eur" });
    },
    [1n, 90n],
  ],
  [
    "an inquiry of the whole that becomes a dispute after a refund",
    async (id) => {
      await dispute(id, { status: "warning_needs_response", amount: 9_000 });
      await shop.control("POST", `/stripe/dispute/${id}`, { status: "warning_closed" });
      await refundAtStripe(shop, id, { amount: 9_000 });
      await dispute(id, { status: "warning_needs_response", amount: 9_000 });
      expect(await frozen(id)).toBeUndefined();
      await dispute(id, { status: "needs_response" });
    },
    [90n, 90n],
  ],
];

describe.each(TOO_MUCH)("%s", (_, happens, [refunded, disputed]) => {
  test("freezes the purchase, with a standing alert that names it, and takes no more credits than it gave", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await makeRequests(shop.database, ada, [{ chargeMicros: cr(2_000) }]);
    const before = shop.lines.length;
    await happens(id);
    expect(await purchaseOf(id)).toMatchObject({ state: "quarantined", refundable_usd: 0, remaining_credits: 0 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 2_000 });
    const found = await frozen(id);
    expect(found).toMatchObject({ paidNanos: 90n * USD });
    expect([(found?.refundedNanos ?? 0n) / USD, (found?.disputedNanos ?? 0n) / USD]).toEqual([refunded, disputed]);
    expect(shop.lines.slice(before).some(({ alert }) => alert === "purchase_quarantined")).toBe(true);
    expect((await shop.refund(ada, id)).status).toBe(422);
    expect(await shop.verify()).toEqual([]);
  });
});

describe("what comes to no more than was paid freezes nothing:", () => {
  test("a dispute of what a refund left", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await refundAtStripe(shop, id, { amount: 2_700 });
    await dispute(id, {});
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed" });
    expect(await frozen(id)).toBeUndefined();
  });

  test("an issuer's warning, or an inquiry, that is answered by a refund", async () => {
    for (const status of ["early_warning", "warning_needs_response"]) {
      const id = await buy(shop, ada, { pack: "pro" });
      await dispute(id, { status });
      await shop.settings({ drop: true });
      if (status === "warning_needs_response")
        await shop.control("POST", `/stripe/dispute/${id}`, { status: "warning_closed" });
      await shop.settings({ drop: false });
      await refundAtStripe(shop, id);
      expect(await frozen(id)).toBeUndefined();
    }
  });

  test("a dispute of the whole that is won beside a refund: it is frozen only until then", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await refundAtStripe(shop, id, { amount: 2_700 });
    await dispute(id, { amount: 9_000 });
    expect(await frozen(id)).toBeDefined();
    await dispute(id, { status: "won" });
    expect(await purchaseOf(id)).toMatchObject({
      state: "partly_refunded",
      refunded_usd: 27,
      remaining_credits: 7_000,
    });
    expect(await frozen(id)).toBeUndefined();
    expect(await balanceOf()).toMatchObject({ available: 7_000, debt: 0 });
  });

  test("a refund that the bank sends back beside a dispute of the whole", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await refundAtStripe(shop, id, { amount: 2_700 });
    const refund = (await shop.events()).findLast(({ type }) => type === "refund.created")?.object;
    await dispute(id, { amount: 9_000 });
    await refundAtStripe(shop, id, { refund, status: "failed" });
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", refunded_usd: 0 });
    expect(await frozen(id)).toBeUndefined();
  });

  test("a dispute of the whole in another currency", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await dispute(id, { amount: 1_500, currency: "jpy" });
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", remaining_credits: 0 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 0 });
    await dispute(id, { status: "won" });
    expect(await balanceOf()).toMatchObject({ available: 10_000 });
  });
});

describe("a frozen purchase", () => {
  test("has no refund sent that its buyer had asked for before the dispute was heard of", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await makeRequests(shop.database, ada, [{ chargeMicros: cr(1_000) }]);
    const before = await madeRefunds();
    await shop.settings({ drop: true });
    await shop.control("POST", `/stripe/dispute/${id}`, { status: "needs_response", amount: 9_000 });
    await shop.delivered();
    await shop.settings({ drop: false });
    await shop.refund(ada, id);
    const asked = await shop.waiting();
    await shop.recover();
    await shop.run((await shop.waiting()).filter(({ id: row }) => !asked.some((one) => one.id === row)));
    expect(await purchaseOf(id)).toMatchObject({ state: "quarantined" });
    // The money would be there again: it is ours that mustn't go.
    await shop.settings({ drop: true });
    await shop.control("POST", `/stripe/dispute/${id}`, { status: "won" });
    await shop.delivered();
    await shop.settings({ drop: false });
    await shop.run(asked);
    expect(await madeRefunds()).toBe(before);
    expect(shop.lines.findLast(({ alert }) => alert === "refund_refused")).toMatchObject({ reason: "more_than_paid" });
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", refunded_usd: 0 });
    await shop.recover();
    await settle(shop);
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", refundable_usd: 80, remaining_credits: 9_000 });
  });

  test("is resolved by an admin, once, on the record; should more go back, it is frozen again", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await refundAtStripe(shop, id, { amount: 2_700 });
    await dispute(id, { amount: 9_000 });
    expect((await resolved(id, ada)).status).toBe(403);
    expect(await resolved(id)).toMatchObject({
      status: 200,
      body: { state: "disputed", refunded_usd: 27, disputed_usd: 90, accepted_usd: 27 },
    });
    expect(await frozen(id)).toBeUndefined();
    expect(await resolved(id)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    const log = await call("GET", "/admin/audit", audit.GET, { as: admin.key, query: { subject_id: id } });
    expect(log.body["data"]).toMatchObject([{ action: "purchase.resolve", reason: "a loss" }]);
    await dispute(id, { status: "lost" });
    expect(await frozen(id)).toBeUndefined();
    await dispute(id, { amount: 100 });
    expect(await purchaseOf(id)).toMatchObject({ state: "quarantined" });
    expect(await frozen(id)).toMatchObject({ disputedNanos: nanos(91n * USD) });
  });

  test("that nothing is wrong with can't be resolved, nor one that isn't there", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    expect(await resolved(id)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect((await resolved(`${id.slice(0, -4)}0000`)).status).toBe(404);
  });
});

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
