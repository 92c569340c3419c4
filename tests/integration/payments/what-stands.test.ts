import { describe, expect, test } from "vitest";
import * as balance from "@/app/api/v1/balance/route";
import { cr } from "@/tests/support/a-ledger";
import { makeRequests } from "@/tests/support/a-request";
import { call } from "@/tests/support/api";
import { ada, buy, disputeAtStripe, refundAtStripe, shop, useShop } from "@/tests/support/shop";

/** Several refunds and disputes of one purchase, of which some fall: the others keep what they stand for. */

useShop();

const balanceOf = async () => (await call("GET", "/balance", balance.GET, { as: ada.key })).body;
const purchaseOf = async (id: string) => (await shop.get(ada, id)).body;
const dispute = (id: string, status: string) => disputeAtStripe(shop, id, status);
const tellAll = async (topic: string) => {
  await shop.delivered();
  await shop.run((await shop.waiting()).filter((row) => row.topic === topic));
};

describe("what falls leaves its part to", () => {
  test("a refund that followed an early warning, when the dispute of the rest is won", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await makeRequests(shop.database, ada, [{ chargeMicros: cr(100) }]);
    await dispute(id, "early_warning");
    await refundAtStripe(shop, id, { amount: 400 });
    await dispute(id, "needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 100 });
    await dispute(id, "won");
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 4, remaining_credits: 500 });
    expect(await balanceOf()).toMatchObject({ available: 500, debt: 0 });
  });

  test("a dispute that was reported before Stripe refused the buyer's refund", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await makeRequests(shop.database, ada, [{ chargeMicros: cr(100) }]);
    await shop.control("POST", `/stripe/dispute/${id}`, {});
    await shop.refund(ada, id);
    await tellAll("stripe_event");
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 100 });
    await tellAll("refund_purchase");
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", refunded_usd: 0, remaining_credits: 0 });
    expect(await balanceOf()).toMatchObject({ available: 0, debt: 100 });
    await dispute(id, "won");
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", remaining_credits: 900 });
    expect(await balanceOf()).toMatchObject({ available: 900, debt: 0 });
  });

  test("a warning that had found a part of it refunded, when the bank sends that back", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await refundAtStripe(shop, id, { amount: 400 });
    const refund = (await shop.events()).findLast(({ type }) => type === "refund.created")?.object;
    await dispute(id, "early_warning");
    await refundAtStripe(shop, id, { refund, status: "failed" });
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", refunded_usd: 0, remaining_credits: 1_000 });
    expect(await balanceOf()).toMatchObject({ available: 0, held: 1_000 });
    await dispute(id, "needs_response");
    await dispute(id, "won");
    expect(await balanceOf()).toMatchObject({ available: 1_000, debt: 0 });
  });
});

test("a warning that is reported after its dispute was won takes nothing", async () => {
  const id = await buy(shop, ada, { pack: "starter" });
  await dispute(id, "needs_response");
  await dispute(id, "won");
  await dispute(id, "early_warning");
  expect(await purchaseOf(id)).toMatchObject({ state: "credited", remaining_credits: 1_000 });
});

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
