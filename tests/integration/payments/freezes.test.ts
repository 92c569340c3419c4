import { describe, expect, test } from "vitest";
import * as adminRelease from "@/app/api/v1/admin/purchases/[id]/release/route";
import * as balance from "@/app/api/v1/balance/route";
import { cr } from "@/tests/support/a-ledger";
import { makeRequests } from "@/tests/support/a-request";
import { aPerson, call } from "@/tests/support/api";
import { ada, buy, disputeAtStripe, refundAtStripe, shop, useShop } from "@/tests/support/shop";

/** Early fraud warnings and inquiries move no money: they freeze credits, and take none. */

useShop();

const balanceOf = async () => (await call("GET", "/balance", balance.GET, { as: ada.key })).body;
const purchaseOf = async (id: string) => (await shop.get(ada, id)).body;
const spend = (credits: number) => makeRequests(shop.database, ada, [{ chargeMicros: cr(credits) }]);
const dispute = (id: string, status: string) => disputeAtStripe(shop, id, status);

const release = (id: string, as: string) =>
  call("POST", "/admin/purchases/x/release", adminRelease.POST, { as, params: { id }, body: { reason: "a friend" } });

describe("an issuer's warning of fraud", () => {
  test("freezes what is free of the credits, without a debt; the dispute that follows takes them, and won, all return", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(300);
    await dispute(id, "early_warning");
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", remaining_credits: 700 });
    expect(await balanceOf()).toMatchObject({ available: 0, held: 700, debt: 0 });
    expect(await shop.verify()).toEqual([]);
    await dispute(id, "needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 0, debt: 300 });
    expect(await purchaseOf(id)).toMatchObject({ state: "disputed", remaining_credits: 0 });
    await dispute(id, "won");
    expect(await balanceOf()).toMatchObject({ available: 700, held: 0, debt: 0 });
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", remaining_credits: 700 });
  });

  test("that the platform answers by a refund takes no more than the refund", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await dispute(id, "early_warning");
    await refundAtStripe(shop, id);
    expect(await purchaseOf(id)).toMatchObject({ state: "refunded" });
    expect(await balanceOf()).toMatchObject({ available: 0, held: 0, debt: 0 });
  });

  test("keeps what a part's refund leaves frozen", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await dispute(id, "early_warning");
    await refundAtStripe(shop, id, { amount: 400 });
    expect(await balanceOf()).toMatchObject({ available: 0, held: 600, debt: 0 });
  });

  test("leaves other credits free, and told twice it freezes once", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await buy(shop, ada, { pack: "starter" });
    await dispute(id, "early_warning");
    await dispute(id, "early_warning");
    expect(await balanceOf()).toMatchObject({ available: 1_000, held: 1_000, debt: 0 });
  });
});

describe("an inquiry", () => {
  test("freezes the credits, and lets them go when it is closed", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await dispute(id, "warning_needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 1_000, debt: 0 });
    await dispute(id, "warning_closed");
    expect(await balanceOf()).toMatchObject({ available: 1_000, held: 0 });
  });

  test("that becomes a dispute takes what it had frozen, and only then what was spent is owed", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await spend(200);
    await dispute(id, "warning_needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 800, debt: 0 });
    await dispute(id, "needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 0, debt: 200 });
    await dispute(id, "lost");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 0, debt: 200 });
  });

  test("of which an admin lets the credits go freezes no more; a dispute takes them all the same", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    await dispute(id, "warning_needs_response");
    expect((await release(id, ada.key)).status).toBe(403);
    const admin = await aPerson(shop.database, { role: "admin", scopes: ["admin"] });
    expect((await release(id, admin.key)).status).toBe(200);
    expect(await balanceOf()).toMatchObject({ available: 1_000, held: 0 });
    expect((await release(id, admin.key)).body).toMatchObject({ code: "state_conflict" });
    await dispute(id, "needs_response");
    expect(await balanceOf()).toMatchObject({ available: 0, held: 0, debt: 0 });
    await dispute(id, "won");
    expect(await balanceOf()).toMatchObject({ available: 1_000 });
  });
});

test("a freeze and requests that race for the same credits never hold more than there is", async () => {
  const id = await buy(shop, ada, { pack: "starter" });
  const spending = Promise.allSettled(Array.from({ length: 20 }, () => spend(100)));
  await Promise.all([dispute(id, "early_warning"), dispute(id, "early_warning"), spending]);
  const { available, held, debt } = await balanceOf();
  expect([available, debt]).toEqual([0, 0]);
  expect(held).toBeGreaterThanOrEqual(0);
  expect(await shop.verify()).toEqual([]);
});

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
