import { describe, expect, test } from "vitest";
import * as balance from "@/app/api/v1/balance/route";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { anEnd, aReserve, cr } from "@/tests/support/a-ledger";
import { call, type Reply } from "@/tests/support/api";
import { createBooks, keepLease } from "@/lib/ledger";
import { systemCtx } from "@/lib/ctx";
import { nanos } from "@/lib/money";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { ada, buy, disputeAtStripe, refundAtStripe, settle, shop, useShop } from "@/tests/support/shop";

useShop();

const balanceOf = async (person = ada) => (await call("GET", "/balance", balance.GET, { as: person.key })).body;
const purchaseOf = async (id: string) => (await shop.get(ada, id)).body;
const spend = (credits: number) => makeRequests(shop.database, ada, [{ chargeMicros: cr(credits) }]);
const codeOf = ({ status, body }: Reply) => [status, body["code"]];
const stripeRefunds = async () =>
  (await shop.events()).filter(({ type }) => type === "refund.created").map(({ object }) => object);
const dispute = (id: string, status: string) => disputeAtStripe(shop, id, status);

describe("a refund that its buyer asks for", () => {
  test("of Enterprise with 1,000 spent pays USD 790.00, once, and takes all that is left", async () => {
    const id = await buy(shop, ada, { pack: "enterprise" });
    await spend(1_000);
    expect(await purchaseOf(id)).toMatchObject({ remaining_credits: 99_000, refundable_usd: 790 });
    const reply = await shop.refund(ada, id);
    expect([reply.status, reply.body]).toMatchObject([
      200,
      { state: "partly_refunded", refunded_usd: 790, refundable_usd: 0, remaining_credits: 0 },
    ]);
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 0 });
    const before = await stripeRefunds();
    await settle(shop);
    const [made] = (await stripeRefunds()).filter((one) => !before.includes(one));
    expect(await shop.stripe.findRefund(String(made))).toMatchObject({ amount: 79_000, metadata: { purchase_id: id } });
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 790 });
    expect(codeOf(await shop.refund(ada, id))).toEqual([409, "state_conflict"]);
  });

  test("of Pro with 9,500 spent pays nothing: it is refused, and the credits stay", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await spend(9_500);
    expect((await purchaseOf(id))["refundable_usd"]).toBe(0);
    expect(codeOf(await shop.refund(ada, id))).toEqual([422, "not_refundable"]);
    expect(await balanceOf()).toMatchObject({ available: 500 });
  });

  test("rounds down to the cent, and leaves other credits alone", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(0.000001);
    await giveCredits(shop.database, ada, 5);
    expect(await shop.refund(ada, id)).toMatchObject({ body: { refunded_usd: 9.99, state: "partly_refunded" } });
    expect(await balanceOf()).toMatchObject({ available: 5, by_source: { promo: 5, purchased: 0 } });
  });

  test("of a purchase that wasn't touched pays the whole price", async () => {
    const id = await buy(shop, ada, { usd: 123.45 });
    expect(await shop.refund(ada, id)).toMatchObject({ body: { refunded_usd: 123.45, state: "refunded" } });
    await settle(shop);
    expect(await purchaseOf(id)).toMatchObject({ state: "refunded" });
  });

  test("is computed by what a credit was worth when it was bought", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(600);
    const setValue = (value: number | null) =>
      shop.database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), { usd_per_credit: value }));
    await setValue(0.001);
    expect(await purchaseOf(id)).toMatchObject({ refundable_usd: 4 });
    expect(await shop.refund(ada, id)).toMatchObject({ body: { refunded_usd: 4 } });
    await setValue(null);
  });

  test("asked for eight times at once pays once", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    const before = await stripeRefunds();
    const replies = await Promise.all(Array.from({ length: 8 }, () => shop.refund(ada, id)));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409, 409, 409, 409,
    ]);
    await settle(shop);
    expect((await stripeRefunds()).length - before.length).toBe(1);
  });

  test("is refused while a request holds part of it, and works when that has ended", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    const lease = await keepLease(shop.database.pool, "test");
    const books = createBooks(shop.database.pool, lease);
    const reserve = aReserve(ada.user.walletId, cr(10));
    await books.reserve(reserve);
    const refused = await shop.refund(ada, id);
    expect(codeOf(refused)).toEqual([409, "state_conflict"]);
    expect(refused.body["detail"]).toContain("Let them end");
    expect(await balanceOf()).toMatchObject({ available: 990, held: 10 });
    await books.release({ hold: reserve.hold, costNanos: nanos(0n), end: anEnd({ status: "failed" }) });
    await lease.close();
    expect((await shop.refund(ada, id)).status).toBe(200);
  });

  test("after its days, or before it was credited, is refused", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.database.pool.query("update purchase set paid_at = now() - interval '15 days' where user_id = $1", [
      ada.user.id,
    ]);
    expect((await purchaseOf(id))["refundable_usd"]).toBe(0);
    expect(codeOf(await shop.refund(ada, id))).toEqual([422, "not_refundable"]);
    const open = await shop.checkout(ada, { pack: "pro" });
    expect(codeOf(await shop.refund(ada, String(open.body["id"])))).toEqual([422, "not_refundable"]);
  });

  test("is sent once, though Stripe's answer is lost and the job comes again and again", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.refund(ada, id);
    const before = await stripeRefunds();
    // Done at Stripe, and nobody hears of it: by all of the SDK's tries.
    for (let call = 0; call < 3; call += 1) await shop.control("POST", "/next", { on: "stripe", cut_after: 0 });
    const rows = await shop.waiting();
    await expect(shop.run(rows)).rejects.toThrow();
    await Promise.all([shop.run(rows), shop.run(rows)]);
    await shop.database.pool.query("delete from processed");
    await shop.run(rows);
    await settle(shop);
    expect((await stripeRefunds()).length - before.length).toBe(1);
    expect(await purchaseOf(id)).toMatchObject({ state: "refunded", refunded_usd: 10 });
  });

  test("waits while the ledger doesn't add up, and is sent once it does", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    const found = (broken: object[]) =>
      shop.database.pool.query("insert into ledger_check (checked_at, laws, broken) values (now(), 1, $1)", [
        JSON.stringify(broken),
      ]);
    await found([{ law: "wallet-equals-lines", states: "It adds up.", rows: 1, first: "wallet 1" }]);
    const before = await stripeRefunds();
    await shop.refund(ada, id);
    await expect(shop.run()).rejects.toThrow("wallet-equals-lines");
    expect(await stripeRefunds()).toEqual(before);
    await found([]);
    await settle(shop);
    expect(await stripeRefunds()).toHaveLength(before.length + 1);
    expect(await purchaseOf(id)).toMatchObject({ state: "refunded", refunded_usd: 10 });
  });

  test("that Stripe refuses for good gives the credits back, and notifies people", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    // The dashboard was quicker, and its events are late.
    await shop.settings({ drop: true });
    await shop.control("POST", `/stripe/dispute/${id}`, {});
    await shop.delivered();
    await shop.settings({ drop: false });
    await shop.refund(ada, id);
    await settle(shop);
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", refunded_usd: 0, remaining_credits: 1_000 });
    expect(shop.lines.some(({ alert }) => alert === "refund_refused")).toBe(true);
    await shop.recover();
    await settle(shop);
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", remaining_credits: 0 });
  });

  test("that the bank sends back gives the credits back, once", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(100);
    await shop.refund(ada, id);
    await settle(shop);
    const refund = (await stripeRefunds()).at(-1);
    await refundAtStripe(shop, id, { refund, status: "failed" });
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", refunded_usd: 0, remaining_credits: 900 });
    expect(await balanceOf()).toMatchObject({ available: 900, debt: 0 });
  });
});

describe("a refund that is made at Stripe", () => {
  test("takes credits back in proportion, and all of them by its last part", async () => {
    const id = await buy(shop, ada, { pack: "pro" });
    await refundAtStripe(shop, id, { amount: 3_000 });
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 30, refundable_usd: 0 });
    expect((await balanceOf())["available"]).toBeCloseTo(6_666.666666, 6);
    await refundAtStripe(shop, id, { amount: 3_000 });
    await refundAtStripe(shop, id);
    expect(await purchaseOf(id)).toMatchObject({ state: "refunded", refunded_usd: 90, remaining_credits: 0 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 0 });
  });

  test("of an order in quarantine ends it once all that was paid is back, and not before", async () => {
    const less = await buy(shop, ada, { pack: "pro" }, { amount: 6_000 });
    await refundAtStripe(shop, less, { amount: 2_000 });
    expect(await purchaseOf(less)).toMatchObject({ state: "quarantined", refunded_usd: 20 });
    await refundAtStripe(shop, less);
    expect(await purchaseOf(less)).toMatchObject({ state: "refunded", refunded_usd: 60 });

    const more = await buy(shop, ada, { pack: "starter" }, { amount: 3_000 });
    await refundAtStripe(shop, more, { amount: 1_000 });
    expect(await purchaseOf(more)).toMatchObject({ state: "quarantined", refunded_usd: 10 });
    await refundAtStripe(shop, more);
    expect(await purchaseOf(more)).toMatchObject({ state: "refunded", refunded_usd: 30 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 0 });
  });

  test("of what was spent leaves a debt, which the next purchase pays", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(400);
    await refundAtStripe(shop, id);
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 400, spendable: 0 });
    await buy(shop, ada, { pack: "starter" });
    expect(await balanceOf()).toMatchObject({ available: 600, debt: 0 });
  });
});

describe.each([0, 50, 100])("a dispute with %i% of the credits spent", (percent) => {
  const spent = percent * 10;
  const bought = async (): Promise<string> => {
    const id = await buy(shop, ada, { pack: "starter" });
    if (spent > 0) await spend(spent);
    return id;
  };

  test("takes back what is left at once, and what was spent is owed; lost, it stays so", async () => {
    const id = await bought();
    await dispute(id, "needs_response");
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", remaining_credits: 0, refundable_usd: 0 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: spent });
    await dispute(id, "lost");
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed" });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: spent });
  });

  test("that is won restores exactly what was there", async () => {
    const id = await bought();
    await giveCredits(shop.database, ada, 70);
    const before = await balanceOf();
    await dispute(id, "needs_response");
    expect(await balanceOf()).toMatchObject({ available: Math.max(0, 70 - spent), debt: Math.max(0, spent - 70) });
    await dispute(id, "won");
    expect({ ...(await balanceOf()), as_of: null }).toEqual({ ...before, as_of: null });
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", remaining_credits: 1_000 - spent });
  });

  test("that is won when the debt has been paid meanwhile gives back what paid it", async () => {
    const id = await bought();
    await dispute(id, "needs_response");
    await buy(shop, ada, { pack: "pro" });
    expect(await balanceOf()).toMatchObject({ available: 10_000 - spent, debt: 0 });
    await dispute(id, "won");
    expect(await balanceOf()).toMatchObject({ available: 11_000 - spent, debt: 0 });
  });
});

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
