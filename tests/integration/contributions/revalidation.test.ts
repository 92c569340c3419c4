import { describe, expect, test } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { verifyLedger } from "@/lib/ledger";
import { nowMs } from "@/lib/time";
import { until } from "@/tests/support/until";
import * as contributionsRoute from "@/app/api/v1/contributions/route";
import { call, type Person, type Reply } from "@/tests/support/api";
import {
  acceptQuote,
  aContributor,
  aKey,
  askQuote,
  balanceOf,
  contributeKey,
  controls,
  database,
  setSettings,
  topUp,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const refused = ({ status, body }: Reply): unknown[] => [status, body["code"]];
const quoteOf = async (person: Person, key: string, more = {}): Promise<string> =>
  String((await askQuote(person, key, more)).body["id"]);
const verified = async (): Promise<unknown> => (await verifyLedger(database)).violations;

/** The reference model's price in credits and its cost in dollars, each for 1,000 tokens. */
async function putRates(price: number, cost: number): Promise<void> {
  const rates = (amount: number) => [
    { meter: "input_tokens" as const, per: 1000, amount },
    { meter: "output_tokens" as const, per: 1000, amount },
  ];
  const body = ModelBody.parse({
    provider: "openai",
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    default_output_cap: 1_000,
    price: { rates: rates(price), chargeUnit: 1 },
    cost: { rates: rates(cost), chargeUnit: 0.000001 },
  });
  await database.inTransaction((tx) => putModel(tx, systemCtx("test", nowMs()), modelFromBody("gpt-4", body)));
}

describe("a key that became worthless between its quote and the acceptance", () => {
  test("is refused as invalid where it was revoked, and nothing is granted", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const id = await quoteOf(bo, key);
    await controls().key(key, { revoked: true });
    expect(refused(await acceptQuote(bo, id))).toEqual([422, "key_invalid"]);
    expect((await balanceOf(bo)).unvestedMicros).toBe(0n);
    // Nothing was used up: once the provider takes it again, so does the quote.
    await controls().key(key, { revoked: false });
    expect((await acceptQuote(bo, id)).status).toBe(201);
  });

  test.each([true, false])("is too small where it was drained, its balance reported: %s", async (billing) => {
    const [bo, key] = [await aContributor(), aKey()];
    await controls().key(key, { billing });
    const id = await quoteOf(bo, key, { declared_usd: 300 });
    await controls().key(key, { quota_usd: 0 });
    expect(refused(await acceptQuote(bo, id))).toEqual([422, "quota_too_small"]);
    expect((await balanceOf(bo)).unvestedMicros).toBe(0n);
  });

  test("is unavailable while the provider fails, and then it is granted whole", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const id = await quoteOf(bo, key);
    for (const on of ["models", "billing"] as const) {
      await controls().next({ on, key, error: "server_error" });
      expect(refused(await acceptQuote(bo, id))).toEqual([503, "unavailable"]);
    }
    expect((await acceptQuote(bo, id)).body["net_credits"]).toBe(74_997);
  });

  test("tops nothing up: revoked, drained, or with less added than was quoted", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const { id } = await contributeKey(bo, key);
    await controls().key(key, { quota_usd: 800.01 });
    const quote = await quoteOf(bo, key, { contribution: id });
    await controls().key(key, { revoked: true });
    expect(refused(await topUp(bo, id, quote))).toEqual([422, "key_invalid"]);
    await controls().key(key, { revoked: false, quota_usd: 500 });
    expect(refused(await topUp(bo, id, quote))).toEqual([422, "quota_too_small"]);
    await controls().key(key, { quota_usd: 600.01 });
    expect((await topUp(bo, id, quote)).body).toMatchObject({ net_credits: 74_997 + 14_998.5 });
    expect(await verified()).toEqual([]);
  });
});

describe("of the quoted and the present worth the smaller is granted", () => {
  test("by the balance: what was spent elsewhere isn't there, what was added isn't quoted, our own validation isn't spent", async () => {
    const [bo, eve, cy] = [await aContributor(), await aContributor(), await aContributor()];
    const [less, more, same] = [aKey(), aKey(), aKey(300)];
    const ids = [await quoteOf(bo, less), await quoteOf(eve, more), await quoteOf(cy, same)];
    await controls().key(less, { quota_usd: 300 });
    await controls().key(more, { quota_usd: 900 });
    expect((await acceptQuote(bo, ids[0] ?? "")).body).toMatchObject({ net_credits: 45_000, gross_credits: 50_000 });
    expect((await acceptQuote(eve, ids[1] ?? "")).body["net_credits"]).toBe(74_997);
    expect((await acceptQuote(cy, ids[2] ?? "")).body["net_credits"]).toBe(45_000);
    const { rows } = await database.pool.query(
      `select k.quota_nanos / 1000000000 as pool, c.quota_nanos / 1000000000 as own
       from contribution c join pool_key k on k.id = c.pool_key_id where c.user_id = any ($1) order by c.created_at, c.id`,
      [[bo.user.id, eve.user.id, cy.user.id]],
    );
    expect(rows).toEqual([300n, 500n, 300n].map((usd) => ({ pool: usd, own: usd })));
    expect(await verified()).toEqual([]);
  });

  test("where all but a request's worth was spent during the quote's own validation, by what was left after it", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    await controls().next({ on: "chat", key, delay_ms: 600_000 });
    const quoting = askQuote(bo, key);
    await until(async () => (await controls().log({ key })).length === 3, "the balance has been read");
    await controls().key(key, { quota_usd: 30 });
    await controls().resume();
    const quote = await quoting;
    expect(quote.body["net_credits"]).toBe(4_500);
    const { body } = await acceptQuote(bo, String(quote.body["id"]));
    expect(body["net_credits"]).toBe(4_500);
  });

  test("by the price, the cost and the fee in force, also those that change during the revalidation", async () => {
    const cases = [
      { change: () => putRates(2.5, 0.03), net: 37_498.5 },
      { change: () => putRates(5, 0.06), net: 37_498.5 },
      { change: () => putRates(10, 0.03), net: 74_997 },
      { change: () => setSettings({ contribution_fee: 0.5 }), net: 41_665 },
      { change: () => setSettings({ contribution_fee: 0 }), net: 74_997 },
    ];
    for (const { change, net } of cases) {
      const [bo, key] = [await aContributor(), aKey()];
      // Its balance isn't reported, so that the revalidation makes a paid call, and can be held up there.
      await controls().key(key, { billing: false });
      const id = await quoteOf(bo, key, { declared_usd: 500 });
      await controls().next({ on: "chat", key, delay_ms: 600_000 });
      const accepting = acceptQuote(bo, id);
      await change();
      await controls().resume();
      const { body } = await accepting;
      await putRates(5, 0.03);
      await setSettings({ contribution_fee: 0.1 });
      expect(body["net_credits"]).toBe(net);
    }
    expect(await verified()).toEqual([]);
  });

  test("is unproven where the provider doesn't report the balance any more", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const id = await quoteOf(bo, key);
    await controls().key(key, { billing: false });
    expect((await acceptQuote(bo, id)).body).toMatchObject({ net_credits: 74_997, proven: false });
    expect((await balanceOf(bo)).spendableMicros).toBe(0n);
  });
});

describe("an acceptance", () => {
  const accept = (person: Person, quoteId: string, key: string): Promise<Reply> =>
    call("POST", "/contributions", contributionsRoute.POST, {
      as: person.key,
      body: { quote_id: quoteId, attest: true },
      headers: { "idempotency-key": key },
    });

  test("that is repeated gives the first reply, and the provider isn't asked again", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    const id = await quoteOf(bo, key);
    const first = await accept(bo, id, "once");
    const asked = (await controls().log({ key })).length;
    await controls().key(key, { revoked: true });
    const second = await accept(bo, id, "once");
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(await controls().log({ key })).toHaveLength(asked);
  });

  test("asks the provider nothing where it is refused anyway, and pays it nothing where the balance is reported", async () => {
    const [bo, eve, key] = [await aContributor(), await aContributor(), aKey()];
    const [id, late] = [await quoteOf(bo, key), await quoteOf(eve, key)];
    const paid = async (): Promise<number> =>
      (await controls().log({ key })).filter(({ model }) => model !== null).length;
    const [before, all] = [await paid(), (await controls().log({ key })).length];
    expect(refused(await acceptQuote(bo, id, false))).toEqual([422, "attestation_required"]);
    expect(refused(await acceptQuote(eve, id))).toEqual([404, "not_found"]);
    expect(await controls().log({ key })).toHaveLength(all);
    expect((await acceptQuote(bo, id)).status).toBe(201);
    const after = (await controls().log({ key })).length;
    expect(refused(await acceptQuote(bo, id))).toEqual([409, "state_conflict"]);
    expect(refused(await acceptQuote(eve, late))).toEqual([409, "duplicate_key"]);
    expect([await paid(), (await controls().log({ key })).length]).toEqual([before, after]);
  });
});
