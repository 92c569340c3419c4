import { afterAll, beforeAll, expect, test } from "vitest";
import * as checkout from "@/app/api/v1/checkout/route";
import * as purchases from "@/app/api/v1/purchases/route";
import * as webhook from "@/app/api/v1/stripe/webhook/route";
import { aPerson, call, openApi } from "@/tests/support/api";
import { signatureOf } from "../../../workers/sandbox/stripe/webhooks";

let api: Awaited<ReturnType<typeof openApi>>;

beforeAll(async () => {
  for (const name of ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"]) delete process.env[name];
  api = await openApi();
});
afterAll(() => api.close());

test("without its secret the webhook isn't there, not even for who signs with an empty one", async () => {
  const body = JSON.stringify({ id: "evt_1", type: "charge.refunded", data: { object: { id: "ch_1" } } });
  for (const signature of ["", signatureOf(body, "", Date.now())]) {
    const reply = await call("POST", "/stripe/webhook", webhook.POST, {
      body,
      headers: { "stripe-signature": signature },
    });
    expect([reply.status, reply.body["code"]]).toEqual([404, "not_found"]);
  }
  const { rows } = await api.database.pool.query("select 1 from stripe_event");
  expect(rows).toEqual([]);
});

test("without a key of Stripe nothing can be bought, and no order is taken down", async () => {
  const ada = await aPerson(api.database);
  const reply = await call("POST", "/checkout", checkout.POST, { as: ada.key, body: { pack: "starter" } });
  expect([reply.status, reply.body["code"]]).toEqual([503, "unavailable"]);
  const list = await call("GET", "/purchases", purchases.GET, { as: ada.key });
  expect(list.body["data"]).toEqual([]);
});
