import { describe, expect, test } from "vitest";
import * as balance from "@/app/api/v1/balance/route";
import * as transfers from "@/app/api/v1/transfers/route";
import { fromPublicId } from "@/lib/ids";
import { readPaymentState, requestSessionCheck } from "@/lib/payments";
import { aPerson, call, type Person } from "@/tests/support/api";
import { ada, buy, settle, shop, useShop, WEBHOOK_SECRET } from "@/tests/support/shop";
import { signatureOf } from "../../../workers/sandbox/stripe/webhooks";

useShop();

const balanceOf = async (person: Person) => (await call("GET", "/balance", balance.GET, { as: person.key })).body;
const stateOf = async (id: string, person = ada) => (await shop.get(person, id)).body["state"];
const eventsOf = async (type: string) => (await shop.events()).filter((event) => event.type === type);

describe("buying a pack", () => {
  test("takes down an order, opens Stripe's page, and credits once the events say that it is paid", async () => {
    const begun = await shop.checkout(ada, { pack: "pro" });
    expect([begun.status, begun.body["credits"]]).toEqual([201, 10_000]);
    const id = String(begun.body["id"]);
    expect((await shop.get(ada, id)).body).toMatchObject({
      state: "created",
      usd: 90,
      refundable_usd: 0,
      paid_at: null,
    });
    const page = await fetch(String(begun.body["url"]));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("USD 90.00")]);

    const paid = await fetch(`${String(begun.body["url"])}/pay`, { method: "POST", redirect: "manual" });
    expect([paid.status, paid.headers.get("location")]).toEqual([303, `http://127.0.0.1:3000/buy/orders/${id}`]);
    expect(await stateOf(id)).toBe("created");
    await settle(shop);
    expect((await shop.get(ada, id)).body).toMatchObject({
      state: "credited",
      credits: 10_000,
      base_credits: 9_000,
      remaining_credits: 10_000,
      refundable_usd: 90,
    });
    expect(await balanceOf(ada)).toMatchObject({ available: 10_000, by_source: { purchased: 10_000 } });
    const list = await call("GET", "/transfers", transfers.GET, { as: ada.key });
    expect(list.body["data"]).toMatchObject([{ kind: "purchase", credits: 10_000, ref: { type: "purchase", id } }]);
    expect(await shop.verify()).toEqual([]);
  });

  test("by an amount brings 100 credits a dollar, and the bonus from USD 100 up", async () => {
    const credits = async (usd: number) => (await shop.checkout(ada, { usd })).body["credits"];
    expect([await credits(5), await credits(99.99), await credits(100), await credits(10_000)]).toEqual([
      500, 9_999, 11_000, 1_100_000,
    ]);
  });

  test.each([{ pack: "nope" }, { usd: 4.99 }, { usd: 10_000.01 }, { usd: 7.001 }, {}, { usd: 5, pack: "pro" }])(
    "is refused for %o, and leaves no order",
    async (order) => {
      const reply = await shop.checkout(ada, order);
      expect([reply.status, reply.body["code"]]).toEqual([422, "validation_failed"]);
      expect((await shop.list(ada)).body["data"]).toEqual([]);
    },
  );

  test("declined on the pay page, or left, credits nothing and can still be paid", async () => {
    const begun = await shop.checkout(ada, { pack: "starter" });
    const url = String(begun.body["url"]);
    const declined = await fetch(`${url}/decline`, { method: "POST" });
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('role="alert"')]);
    const left = await fetch(`${url}/cancel`, { method: "POST", redirect: "manual" });
    expect(left.headers.get("location")).toContain("cancelled=1");
    await settle(shop);
    expect(await balanceOf(ada)).toMatchObject({ available: 0 });
    await fetch(`${url}/pay`, { method: "POST", redirect: "manual" });
    await settle(shop);
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
  });

  test("by a payment that arrives later is credited when it arrives, and failed when it never does", async () => {
    const late = await buy(shop, ada, { pack: "starter" }, { method: "bank_debit" });
    const never = await buy(shop, ada, { pack: "pro" }, { method: "failing_bank_debit" });
    expect([await stateOf(late), await stateOf(never)]).toEqual(["credited", "failed"]);
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
  });

  test("that nobody pays in its day has expired", async () => {
    const begun = await shop.checkout(ada, { pack: "starter" });
    const session = String(begun.body["url"]).split("/").at(-1);
    await fetch(`${shop.sandbox.url}/v1/checkout/sessions/${session}/expire`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_x" },
    });
    await settle(shop);
    expect(await stateOf(String(begun.body["id"]))).toBe("expired");
  });

  test("is another's to nobody else: their purchase is 404, and not in their list", async () => {
    const id = await buy(shop, ada, { pack: "starter" });
    const bo = await aPerson(shop.database);
    for (const reply of [await shop.get(bo, id), await shop.refund(bo, id)]) {
      expect([reply.status, reply.body["code"]]).toEqual([404, "not_found"]);
    }
    expect((await shop.list(bo)).body["data"]).toEqual([]);
    expect((await shop.list(ada)).body["data"]).toMatchObject([{ id, state: "credited" }]);
  });

  test("while Stripe doesn't answer is 503 and charges nobody; its order goes by itself after a day", async () => {
    for (let call = 0; call < 3; call += 1) await shop.control("POST", "/next", { on: "stripe", status: 500 });
    const reply = await shop.checkout(ada, { pack: "starter" });
    expect([reply.status, reply.body["code"], reply.headers.get("x-should-retry")]).toEqual([
      503,
      "unavailable",
      "true",
    ]);
    await shop.database.pool.query("update purchase set created_at = now() - interval '26 hours' where user_id = $1", [
      ada.user.id,
    ]);
    await shop.recover();
    expect((await shop.list(ada)).body["data"]).toMatchObject([{ state: "expired" }]);
  });
});

describe("an event", () => {
  test("doubled, many times and all at once, credits once", async () => {
    await shop.settings({ copies: 8 });
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.settings({ copies: 2 });
    const [row] = (await eventsOf("checkout.session.completed")).slice(-1);
    const body = JSON.stringify(await fetchEvent(String(row?.id)));
    const signature = signatureOf(body, WEBHOOK_SECRET, Date.now());
    const replies = await Promise.all(Array.from({ length: 8 }, () => shop.notify(body, signature)));
    expect(replies.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
    await settle(shop);
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
    expect(await stateOf(id)).toBe("credited");
    expect(await shop.verify()).toEqual([]);
  });

  test("worked off by two workers at once, and again after a crash between its effect and its note, credits once", async () => {
    const begun = await shop.checkout(ada, { pack: "starter" });
    await shop.control("POST", `/stripe/pay/${String(begun.body["id"])}`);
    await shop.delivered();
    const rows = await shop.waiting();
    await Promise.all([shop.run(rows), shop.run(rows), shop.run(rows)]);
    // As if the queue had lost its note of it: the order itself knows.
    await shop.database.pool.query("delete from processed");
    await shop.run(rows);
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
    expect(await shop.verify()).toEqual([]);
  });

  test("without a signature, of another secret, changed, or five minutes old is 400 and leaves nothing", async () => {
    const body = JSON.stringify({
      id: "evt_forged",
      object: "event",
      type: "checkout.session.completed",
      created: 1,
      data: { object: { id: "cs_forged", payment_status: "paid" } },
    });
    const now = Date.now();
    const forged = [
      await shop.notify(body, ""),
      await shop.notify(body, signatureOf(body, "whsec_of_another", now)),
      await shop.notify(body.replace("forged", "f0rged"), signatureOf(body, WEBHOOK_SECRET, now)),
      await shop.notify(body, signatureOf(body, WEBHOOK_SECRET, now - 301_000)),
    ];
    expect(forged.map(({ status, body: reply }) => [status, reply["code"]])).toEqual(
      Array(4).fill([400, "invalid_request"]),
    );
    const { rows } = await shop.database.pool.query(
      "select id from stripe_event where id in ('evt_forged', 'evt_f0rged')",
    );
    expect(rows).toEqual([]);
  });

  test("that says nothing of its length and never ends is read no further than events are long", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        // So that a reader without a bound fails rather than fill the machine.
        if (sent > 64 * 1024 * 1024) controller.error(new Error("read too far"));
        else controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const request = new Request(shop.hookUrl, { method: "POST", body, duplex: "half" } as RequestInit);
    const { POST } = await import("@/app/api/v1/stripe/webhook/route");
    const reply = await POST(request, { params: Promise.resolve({}) });
    expect(reply.status).toBe(413);
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });

  test("of a payment of another amount, or in another currency, is quarantined and never credited", async () => {
    const less = await buy(shop, ada, { pack: "enterprise" }, { amount: 100 });
    const other = await buy(shop, ada, { pack: "starter" }, { currency: "jpy" });
    expect([await stateOf(less), await stateOf(other)]).toEqual(["quarantined", "quarantined"]);
    expect(await balanceOf(ada)).toMatchObject({ available: 0 });
    const alerts = shop.lines.filter(({ alert }) => alert === "purchase_quarantined").map(({ reason }) => reason);
    expect(alerts.slice(-2)).toEqual(["paid USD 1 of USD 800", "paid in jpy"]);
  });

  test("of a session that names another's order credits neither", async () => {
    const bo = await aPerson(shop.database);
    const dear = await shop.checkout(bo, { pack: "enterprise" });
    const id = await buy(shop, ada, { pack: "starter" }, { reference: String(dear.body["id"]) });
    expect([await stateOf(id), await stateOf(String(dear.body["id"]), bo)]).toEqual(["created", "created"]);
    expect([await balanceOf(ada), await balanceOf(bo)]).toMatchObject([{ available: 0 }, { available: 0 }]);
    // The other's own payment still counts.
    await shop.control("POST", `/stripe/pay/${String(dear.body["url"]).split("/").at(-1)}`);
    await settle(shop);
    expect(await balanceOf(bo)).toMatchObject({ available: 100_000 });
  });

  test("that comes before its order knows its session finds the order all the same", async () => {
    const begun = await shop.checkout(ada, { pack: "starter" });
    await shop.database.pool.query("update purchase set stripe_session = null where user_id = $1", [ada.user.id]);
    await shop.control("POST", `/stripe/pay/${String(begun.body["id"])}`);
    await settle(shop);
    expect(await stateOf(String(begun.body["id"]))).toBe("credited");
  });

  test("that never came is found by the hourly look at Stripe's list", async () => {
    await shop.settings({ drop: true });
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.settings({ drop: false });
    expect(await stateOf(id)).toBe("created");
    await shop.recover();
    await settle(shop);
    expect(await stateOf(id)).toBe("credited");
    const { rows } = await shop.database.pool.query("select count(*)::int as n from stripe_event");
    await shop.recover();
    expect((await shop.database.pool.query("select count(*)::int as n from stripe_event")).rows).toEqual(rows);
  });

  test("that never came is found within minutes by the look at the latest ones", async () => {
    await shop.settings({ drop: true });
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.settings({ drop: false });
    await shop.recoverRecent();
    await shop.recoverRecent();
    await settle(shop);
    expect(await stateOf(id)).toBe("credited");
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
  });

  test("isn't waited for where the buyer came back: the session itself is asked, and credited once with its event", async () => {
    const purchaseId = (id: string) => fromPublicId("purchase", id) ?? expect.fail("no purchase");
    await shop.settings({ drop: true });
    const id = await buy(shop, ada, { pack: "starter" });
    await shop.settings({ drop: false });
    const { reader } = shop.database;
    expect(await readPaymentState(reader, shop.stripe, purchaseId(id))).toBe("paid");
    await Promise.all(
      [1, 2, 3].map(() => shop.database.inTransaction((tx) => requestSessionCheck(tx, purchaseId(id)))),
    );
    await shop.recover();
    // The checks and the event, at once.
    await Promise.all((await shop.waiting()).map((row) => shop.run([row])));
    expect(await stateOf(id)).toBe("credited");
    expect(await balanceOf(ada)).toMatchObject({ available: 1_000 });
    expect(await shop.verify()).toEqual([]);
  });

  test("an unpaid order's session says what its buyer can still do", async () => {
    const begun = await shop.checkout(ada, { pack: "starter" });
    const id = fromPublicId("purchase", String(begun.body["id"])) ?? expect.fail("no purchase");
    const state = () => readPaymentState(shop.database.reader, shop.stripe, id);
    expect(await state()).toBe("open");
    await shop.database.inTransaction((tx) => requestSessionCheck(tx, id));
    await shop.run();
    expect(await stateOf(String(begun.body["id"]))).toBe("created");
    const away = { ...shop.stripe, findSession: () => Promise.reject(new Error("away")) };
    expect(await readPaymentState(shop.database.reader, away, id)).toBe("unknown");
  });

  test("is kept without what it says of cards and people", async () => {
    await buy(shop, ada, { pack: "starter" });
    const { rows } = await shop.database.pool.query<{ text: string }>("select payload::text as text from stripe_event");
    expect(rows.filter(({ text }) => /email|card|customer/i.test(text))).toEqual([]);
    expect(JSON.stringify(shop.lines)).not.toMatch(/sk_test|whsec/);
  });
});

async function fetchEvent(id: string): Promise<unknown> {
  const reply = await fetch(`${shop.sandbox.url}/v1/events/${id}`, { headers: { authorization: "Bearer sk_test_x" } });
  return reply.json();
}
