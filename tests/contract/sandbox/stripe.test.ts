import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { aSandbox } from "@/tests/support/sandbox";

const sandbox = aSandbox();

/** The official client, as an integration would open it. */
function aClient(key = "sk_test_of_the_contract"): Stripe {
  const { hostname, port } = new URL(sandbox.url());
  return new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false, maxNetworkRetries: 0 });
}
const order = (cents = 1_000): Stripe.Checkout.SessionCreateParams => ({
  mode: "payment",
  client_reference_id: "pur_1",
  metadata: { purchase_id: "pur_1", "a b": "ü&=[x]" },
  line_items: [
    { quantity: 1, price_data: { currency: "usd", unit_amount: cents, product_data: { name: "1,000 credits" } } },
  ],
  success_url: "http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:1/back",
});
async function control(path: string, body: object = {}): Promise<Record<string, unknown>> {
  const reply = await fetch(`${sandbox.url()}/_sandbox/stripe/${path}`, { method: "POST", body: JSON.stringify(body) });
  return (await reply.json()) as Record<string, unknown>;
}
const idOf = (of: string | { id: string } | null): string => (typeof of === "string" ? of : (of?.id ?? ""));
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof Stripe.errors.StripeError ? error : Promise.reject(error as Error)),
  );

describe("Checkout sessions", () => {
  test("are made as the SDK asks, and read again as they were made", async () => {
    const stripe = aClient();
    const made = await stripe.checkout.sessions.create(order());
    expect(made).toMatchObject({
      object: "checkout.session",
      amount_total: 1_000,
      currency: "usd",
      client_reference_id: "pur_1",
      metadata: { purchase_id: "pur_1", "a b": "ü&=[x]" },
      payment_status: "unpaid",
      status: "open",
      success_url: `http://127.0.0.1:1/done?session=${made.id}`,
    });
    expect(made.url).toBe(`${sandbox.url()}/pay/${made.id}`);
    expect(await stripe.checkout.sessions.retrieve(made.id)).toMatchObject({ id: made.id, amount_total: 1_000 });
    expect(made.lastResponse.apiVersion).toBe(Stripe.API_VERSION);
  });

  test("that are paid have a payment, a charge, and are found by the payment", async () => {
    const stripe = aClient();
    const { id } = await stripe.checkout.sessions.create(order());
    await control("pay/pur_1");
    const session = await stripe.checkout.sessions.retrieve(id);
    expect(session).toMatchObject({ payment_status: "paid", status: "complete", url: null });
    const intent = await stripe.paymentIntents.retrieve(idOf(session.payment_intent));
    expect(intent).toMatchObject({ amount_received: 1_000, status: "succeeded" });
    expect(await stripe.charges.retrieve(idOf(intent.latest_charge))).toMatchObject({ paid: true, refunded: false });
    const whole = await stripe.paymentIntents.retrieve(intent.id, { expand: ["latest_charge.balance_transaction"] });
    expect(whole.latest_charge).toMatchObject({ balance_transaction: { amount: 1_000, fee: 59, net: 941 } });
    const { data } = await stripe.checkout.sessions.list({ payment_intent: intent.id });
    expect(data.map((one) => one.id)).toEqual([id]);
  });

  test("without what they need are refused as Stripe refuses", async () => {
    const error = await errorOf(aClient().checkout.sessions.create(order(10)));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect([error?.statusCode, error?.code]).toEqual([400, "amount_too_small"]);
    const missing = await errorOf(aClient().checkout.sessions.retrieve("cs_none"));
    expect([missing?.statusCode, missing?.code]).toEqual([404, "resource_missing"]);
  });
});

describe("idempotency keys", () => {
  test("give the first reply again for the same parameters, and refuse others", async () => {
    const stripe = aClient();
    const options = { idempotencyKey: "order 1" };
    const first = await stripe.checkout.sessions.create(order(), options);
    expect((await stripe.checkout.sessions.create(order(), options)).id).toBe(first.id);
    const error = await errorOf(stripe.checkout.sessions.create(order(2_000), options));
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    expect((await stripe.checkout.sessions.create(order())).id).not.toBe(first.id);
  });

  test("repeat the answer that never arrived, at the next try", async () => {
    const stripe = aClient();
    await sandbox.controls().next({ on: "stripe", cut_after: 0 });
    const { hostname, port } = new URL(sandbox.url());
    const patient = new Stripe("sk_test_x", { host: hostname, port, protocol: "http", telemetry: false });
    const made = await patient.checkout.sessions.create(order());
    expect((await stripe.checkout.sessions.list({ limit: 100 })).data.map(({ id }) => id)).toEqual([made.id]);
  });
});

describe("refunds", () => {
  test("are made of a payment in parts, never of more than is left", async () => {
    const stripe = aClient();
    await stripe.checkout.sessions.create(order());
    const paid = await control("pay/pur_1");
    const payment_intent = String(paid["payment_intent"]);
    const part = await stripe.refunds.create({ payment_intent, amount: 400, metadata: { refund_id: "rfd_1" } });
    expect(part).toMatchObject({ amount: 400, status: "succeeded", metadata: { refund_id: "rfd_1" }, payment_intent });
    expect((await errorOf(stripe.refunds.create({ payment_intent, amount: 601 })))?.code).toBe("amount_too_large");
    await stripe.refunds.create({ payment_intent });
    expect((await errorOf(stripe.refunds.create({ payment_intent })))?.code).toBe("charge_already_refunded");
    const { data } = await stripe.refunds.list({ payment_intent });
    expect(data.map(({ amount }) => amount)).toEqual([600, 400]);
  });
});

test("events are listed newest first, by type, page by page", async () => {
  const stripe = aClient();
  for (let at = 0; at < 5; at += 1) {
    const { id } = await stripe.checkout.sessions.create(order(1_000 + at));
    await control(`pay/${id}`);
  }
  const types = ["checkout.session.completed"] satisfies Stripe.EventListParams["types"];
  const seen: unknown[] = [];
  for await (const event of stripe.events.list({ types, limit: 2, created: { gte: 1 } })) {
    seen.push(event.type === "checkout.session.completed" ? event.data.object.amount_total : event.type);
  }
  expect(seen).toEqual([1_004, 1_003, 1_002, 1_001, 1_000]);
});

test("a call without a key is 401, and what isn't here is 404 and says so", async () => {
  expect((await fetch(`${sandbox.url()}/v1/charges/ch_1`)).status).toBe(401);
  const error = await errorOf(aClient().customers.list());
  expect([error?.statusCode, error?.message]).toEqual([404, "Unrecognized request URL (GET: /v1/customers)."]);
});
