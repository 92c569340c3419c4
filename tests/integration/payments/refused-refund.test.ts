import { describe, expect, test } from "vitest";
import * as balance from "@/app/api/v1/balance/route";
import { fromPublicId } from "@/lib/ids";
import { readAlerts } from "@/lib/insight";
import { nowMs } from "@/lib/time";
import { cr } from "@/tests/support/a-ledger";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { call } from "@/tests/support/api";
import { ada, buy, refundAtStripe, settle, shop, useShop } from "@/tests/support/shop";

/** A refund that didn't get through leaves its buyer as they were: their credits, and their right to one refund. */

useShop();

const balanceOf = async () => ({ ...(await call("GET", "/balance", balance.GET, { as: ada.key })).body, as_of: null });
const purchaseOf = async (id: string) => (await shop.get(ada, id)).body;
const spend = (credits: number) => makeRequests(shop.database, ada, [{ chargeMicros: cr(credits) }]);
const refuse = (code: string, status = 400) => shop.control("POST", "/next", { on: "stripe", status, error: code });
type StripeRefund = { id: string; amount: number; status: string };
/** What Stripe made of a purchase, and didn't take back. */
async function standingRefunds(id: string): Promise<StripeRefund[]> {
  const { rows } = await shop.database.pool.query<{ intent: string }>(
    "select payment_intent as intent from purchase where id = $1",
    [fromPublicId("purchase", id)],
  );
  const all = (await shop.stripe.listRefunds({ paymentIntent: rows[0]?.intent ?? "" })) as StripeRefund[];
  return all.filter(({ status }) => status !== "failed" && status !== "canceled");
}
const failedRefund = async (id: string) => {
  const found = (await readAlerts(shop.database.reader, nowMs())).failedRefunds;
  return found.latest.find((one) => one.purchaseId === fromPublicId("purchase", id));
};
/** Bought with 100 of its 1,000 credits spent, and others beside: what a refund pays is USD 9.00. */
async function bought(): Promise<string> {
  const id = await buy(shop, ada, { pack: "starter" });
  await spend(100);
  await giveCredits(shop.database, ada, 5);
  return id;
}

/** Each: how a refund that the buyer asks for comes to nothing, and the reason that an admin reads. */
const FAILURES: [string, (id: string) => Promise<void>, string][] = [
  [
    "refused by Stripe as it was asked",
    async (id) => {
      await refuse("charge_not_refundable");
      await shop.refund(ada, id);
    },
    "charge_not_refundable",
  ],
  [
    "refused for want of money on Stripe's balance",
    async (id) => {
      await refuse("balance_insufficient", 402);
      await shop.refund(ada, id);
    },
    "balance_insufficient",
  ],
  [
    "sent back by the bank after it had succeeded",
    async (id) => {
      await shop.refund(ada, id);
      await settle(shop);
      const [made] = await standingRefunds(id);
      await refundAtStripe(shop, id, { refund: made?.id, status: "failed", reason: "expired_or_canceled_card" });
    },
    "expired_or_canceled_card",
  ],
  [
    "canceled at Stripe while it was pending",
    async (id) => {
      await shop.refund(ada, id);
      await settle(shop);
      const [made] = await standingRefunds(id);
      await refundAtStripe(shop, id, { refund: made?.id, status: "requires_action" });
      await refundAtStripe(shop, id, { refund: made?.id, status: "canceled" });
    },
    "canceled",
  ],
];

describe.each(FAILURES)("a refund that is %s", (_, fails, problem) => {
  test("gives the credits back exactly, shows an admin why, and may be asked for again: once, paid once", async () => {
    const id = await bought();
    const before = await balanceOf();
    await fails(id);
    await settle(shop);
    expect(await balanceOf()).toEqual(before);
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", refunded_usd: 0, refundable_usd: 9 });
    expect(await standingRefunds(id)).toEqual([]);
    expect(await failedRefund(id)).toMatchObject({ problem });
    expect(shop.lines.findLast(({ alert }) => alert === "refund_refused")).toMatchObject({ reason: problem });

    const replies = await Promise.all(Array.from({ length: 6 }, () => shop.refund(ada, id)));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409, 409, 409]);
    await settle(shop);
    expect(await standingRefunds(id)).toMatchObject([{ amount: 900 }]);
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 9, remaining_credits: 0 });
    expect(await failedRefund(id)).toBeUndefined();
    expect((await shop.refund(ada, id)).status).toBe(409);
    expect(await shop.verify()).toEqual([]);
  });

  test("leaves the days of the refund window from then on", async () => {
    const id = await bought();
    await fails(id);
    await shop.database.pool.query("update purchase set paid_at = now() - interval '20 days' where user_id = $1", [
      ada.user.id,
    ]);
    await settle(shop);
    expect((await shop.refund(ada, id)).status).toBe(200);
  });
});

describe("a refund whose try came to nothing that we know of", () => {
  test("while Stripe fails is asked for under one key until it answers, and paid once", async () => {
    const id = await bought();
    for (let call = 0; call < 3; call += 1) await refuse("", 500);
    await shop.refund(ada, id);
    await expect(settle(shop)).rejects.toThrow();
    expect((await shop.refund(ada, id)).status).toBe(409);
    await settle(shop);
    expect(await standingRefunds(id)).toMatchObject([{ amount: 900 }]);
  });

  test("is adopted where Stripe had made it, though a later answer was a refusal", async () => {
    const id = await bought();
    for (let call = 0; call < 3; call += 1) await shop.control("POST", "/next", { on: "stripe", cut_after: 0 });
    await shop.refund(ada, id);
    const rows = await shop.waiting();
    await expect(shop.run(rows)).rejects.toThrow();
    await refuse("charge_already_refunded");
    await shop.run(rows);
    await settle(shop);
    expect(await standingRefunds(id)).toHaveLength(1);
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 9, remaining_credits: 0 });
    expect(await failedRefund(id)).toBeUndefined();
  });

  test("and that we gave up is adopted when Stripe reports it, and a second one isn't sent beside it", async () => {
    const id = await bought();
    await shop.settings({ drop: true });
    for (let call = 0; call < 3; call += 1) await shop.control("POST", "/next", { on: "stripe", cut_after: 0 });
    await shop.refund(ada, id);
    const rows = await shop.waiting();
    await expect(shop.run(rows)).rejects.toThrow();
    await shop.delivered();
    await shop.settings({ drop: false });
    // As if the answer that was lost had been a refusal: given up, and made all the same.
    const { rows: given } = await shop.database.pool.query<{ id: string }>(
      "select r.id from purchase_refund r join purchase p on p.id = r.purchase_id where p.user_id = $1",
      [ada.user.id],
    );
    const { settleRefund } = await import("@/lib/payments");
    const { systemCtx } = await import("@/lib/ctx");
    await shop.database.inTransaction((tx) =>
      settleRefund(tx, systemCtx("test", nowMs()), {
        refundId: given[0]?.id as never,
        answer: { outcome: "refused", reason: "unknown" },
      }),
    );
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", remaining_credits: 900 });
    expect((await shop.refund(ada, id)).status).toBe(200);
    await settle(shop);
    expect(await standingRefunds(id)).toHaveLength(1);
    await shop.recover();
    await settle(shop);
    expect(await standingRefunds(id)).toHaveLength(1);
    expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 9, remaining_credits: 0 });
    expect(await balanceOf()).toMatchObject({ available: 5, debt: 0 });
    // The bank sends it back after all: what it took the second time is there again.
    const [made] = await standingRefunds(id);
    await refundAtStripe(shop, id, { refund: made?.id, status: "failed" });
    expect(await purchaseOf(id)).toMatchObject({ state: "credited", refunded_usd: 0, remaining_credits: 900 });
    expect(await balanceOf()).toMatchObject({ available: 905, debt: 0 });
  });

  test("crashed between Stripe's refusal and its note is noted once, and gives the credits back once", async () => {
    const id = await bought();
    const before = await balanceOf();
    await refuse("charge_not_refundable");
    await shop.refund(ada, id);
    const rows = await shop.waiting();
    await shop.run(rows);
    await shop.database.pool.query("delete from processed");
    await Promise.all([shop.run(rows), shop.run(rows)]);
    expect(await balanceOf()).toEqual(before);
    expect(await standingRefunds(id)).toEqual([]);
  });
});

test("a refund from Stripe's dashboard whose status isn't known is pending until Stripe says more", async () => {
  const id = await buy(shop, ada, { pack: "starter" });
  await refundAtStripe(shop, id, { amount: 400, status: null });
  expect(await purchaseOf(id)).toMatchObject({ state: "partly_refunded", refunded_usd: 4 });
  const [made] = await standingRefunds(id);
  await refundAtStripe(shop, id, { refund: made?.id, status: "canceled" });
  expect(await purchaseOf(id)).toMatchObject({ state: "credited", refunded_usd: 0, remaining_credits: 1_000 });
});

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
