import { describe, expect, test } from "vitest";
import { readExampleContribution } from "@/app/_server/examples";
import { ChannelBody, channelFromBody, putChannel } from "@/lib/catalog";
import { findQuote } from "@/lib/contributions";
import { systemCtx } from "@/lib/ctx";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { verifyLedger } from "@/lib/ledger";
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
  useContributions,
} from "@/tests/support/contributions";
import { nowMs } from "@/lib/time";
import type { Person, Reply } from "@/tests/support/api";

useContributions();

const refused = ({ status, body }: Reply): unknown[] => [status, body["code"]];
const CREDIT = 1_000_000n;

describe("a quote", () => {
  test("of a key with USD 500 is 16,666 requests, 83,330 credits, a fee of 8,333, 74,997 net, and proven", async () => {
    const { status, body } = await askQuote(await aContributor(), aKey());
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^qte_/) as unknown,
        requests: 16_666,
        gross_credits: 83_330,
        fee_credits: 8_333,
        net_credits: 74_997,
        proven: true,
        expires_at: expect.any(String) as unknown,
      },
    ]);
  });

  test("says what the landing page's example says: at the cost of the channel, for the policy's model", async () => {
    const putCostFactor = (cost_factor: number) =>
      database.inTransaction((tx) =>
        putChannel(
          tx,
          systemCtx("test", nowMs()),
          channelFromBody("openai", ChannelBody.parse({ provider: "openai", cost_factor })),
        ),
      );
    const seen = async () => {
      const [quote, example] = [await askQuote(await aContributor(), aKey()), await readExampleContribution()];
      return [quote.body["requests"], Number(example?.requests)];
    };
    await putCostFactor(0.5);
    const atHalf = await seen();
    await putCostFactor(1);
    expect(atHalf).toEqual([33_333, 33_333]);
    await setSettings({ providers: { openai: { reference_model: "gone" } } });
    const ofNone = await readExampleContribution();
    await setSettings({ providers: { openai: { reference_model: null } } });
    expect(ofNone).toBeNull();
    expect(await seen()).toEqual([16_666, 16_666]);
  });

  test("takes the smaller of what is reported and declared, and what is declared where nothing is reported", async () => {
    const bo = await aContributor();
    expect((await askQuote(bo, aKey(), { declared_usd: 300 })).body["net_credits"]).toBe(45_000);
    expect((await askQuote(bo, aKey(300), { declared_usd: 500 })).body["net_credits"]).toBe(45_000);
    const silent = aKey();
    await controls().key(silent, { billing: false });
    expect(refused(await askQuote(bo, silent))).toEqual([422, "quota_unknown"]);
    const declared = await askQuote(bo, silent, { declared_usd: 300 });
    expect([declared.body["net_credits"], declared.body["proven"]]).toEqual([45_000, false]);
  });

  test("is refused for a key that the provider doesn't accept, or that was revoked", async () => {
    const bo = await aContributor();
    expect(refused(await askQuote(bo, "sk-nobody-issued-this-one"))).toEqual([422, "key_invalid"]);
    const revoked = aKey();
    await controls().key(revoked, { revoked: true });
    expect(refused(await askQuote(bo, revoked))).toEqual([422, "key_invalid"]);
  });

  test("is refused for a key with nothing left, or less than a request", async () => {
    const bo = await aContributor();
    expect(refused(await askQuote(bo, aKey(0)))).toEqual([422, "quota_too_small"]);
    expect(refused(await askQuote(bo, aKey(), { declared_usd: 0.01 }))).toEqual([422, "quota_too_small"]);
    const silent = aKey(0);
    await controls().key(silent, { billing: false });
    expect(refused(await askQuote(bo, silent, { declared_usd: 10 }))).toEqual([422, "quota_too_small"]);
  });

  test("says that the provider can't be asked, and never that the key is wrong, while it fails", async () => {
    const bo = await aContributor();
    for (const order of [
      { on: "models", error: "server_error" },
      { on: "models", error: "reset" },
      { on: "models", error: "html" },
      { on: "billing", error: "bad_gateway" },
      { on: "chat", error: "server_is_overloaded" },
      { on: "chat", error: "rate_limit_exceeded" },
      { on: "chat", error: "redirect" },
    ] as const) {
      const key = aKey();
      await controls().next({ ...order, key });
      expect([order.error, ...refused(await askQuote(bo, key))]).toEqual([order.error, 503, "unavailable"]);
      expect((await askQuote(bo, key)).status).toBe(201);
    }
  });

  test("of a provider that is off is refused with the operator's note", async () => {
    const bo = await aContributor();
    const policy = { allowed: true, note: "", reason: "Demo" };
    await setSettings({ providers: { openai: { allowed: false, note: "Its terms forbid sharing keys." } } });
    const off = await askQuote(bo, aKey());
    expect([...refused(off), off.body["detail"]]).toEqual([
      403,
      "provider_not_allowed",
      "Keys of openai can't be contributed here. Its terms forbid sharing keys.",
    ]);
    await setSettings({ providers: { openai: policy }, switches: { providers_off: ["openai"] } });
    expect(refused(await askQuote(bo, aKey()))).toEqual([403, "provider_not_allowed"]);
    await setSettings({ switches: { providers_off: [], contributions: false } });
    expect(refused(await askQuote(bo, aKey()))).toEqual([403, "provider_not_allowed"]);
    await setSettings({ switches: { contributions: true } });
    expect(refused(await askQuote(bo, aKey(), { provider: "mistral" }))).toEqual([403, "provider_not_allowed"]);
    expect((await askQuote(bo, aKey())).status).toBe(201);
  });

  test("above the provider's ceiling, or the account's, is refused", async () => {
    const bo = await aContributor();
    await setSettings({ providers: { openai: { pool_ceiling_usd: 499 } } });
    expect(refused(await askQuote(bo, aKey()))).toEqual([422, "pool_full"]);
    await setSettings({ providers: { openai: { pool_ceiling_usd: null } }, max_unvested: 74_996 });
    expect(refused(await askQuote(bo, aKey()))).toEqual([422, "pool_full"]);
    await setSettings({ max_unvested: 1_000_000_000 });
  });

  test("is for printable keys and known providers; an endpoint of one's own is refused", async () => {
    const bo = await aContributor();
    expect(refused(await askQuote(bo, "sk with spaces"))).toEqual([422, "validation_failed"]);
    const elsewhere = { base_url: "https://evil.example" as unknown as null };
    expect(refused(await askQuote(bo, aKey(), elsewhere))).toEqual([422, "validation_failed"]);
  });
});

describe("contributing", () => {
  test("grants the net unvested and the fee to the platform, in one transfer, and puts the key into the pool", async () => {
    const bo = await aContributor();
    const { id, poolKey, body } = await contributeKey(bo);
    expect(body).toMatchObject({
      provider: "openai",
      state: "active",
      reason: null,
      gross_credits: 83_330,
      fee_credits: 8_333,
      net_credits: 74_997,
      vested_credits: 0,
      withdrawable_credits: 0,
      remaining_credits: 74_997,
      requests_served: 0,
    });
    expect(await balanceOf(bo)).toMatchObject({
      unvestedMicros: 74_997n * CREDIT,
      availableMicros: 74_997n * CREDIT,
      spendableMicros: 74_997n * CREDIT,
    });
    const { rows: lines } = await database.pool.query(
      `select from_account, to_account, amount_micros, wallet is null as is_platform from books.line
       where transfer = (select id from books.transfer where ref_id = $1) order by seq`,
      [id],
    );
    expect(lines).toEqual([
      { from_account: 105, to_account: 5, amount_micros: 74_997n * CREDIT, is_platform: false },
      { from_account: 105, to_account: 103, amount_micros: 8_333n * CREDIT, is_platform: true },
    ]);
    const { rows: keys } = await database.pool.query(
      "select channel_id, owner_id, quota_nanos, cost_nanos, state from pool_key where id = $1",
      [poolKey],
    );
    expect(keys).toEqual([
      { channel_id: "openai", owner_id: bo.user.id, quota_nanos: 500_000_000_000n, cost_nanos: 0n, state: "active" },
    ]);
    expect((await verifyLedger(database)).violations).toEqual([]);
  });

  test("the same key, or another of its account, is refused to anyone, at the quote and at its acceptance", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const [a, b] = ["sk-sandbox-openai-500usd-acct7-a", "sk-sandbox-openai-500usd-acct7-b"];
    const quotes = [await askQuote(bo, a), await askQuote(eve, a), await askQuote(eve, b), await askQuote(bo, b)];
    const [first = "", ...others] = quotes.map(({ body }) => String(body["id"]));
    expect((await acceptQuote(bo, first)).status).toBe(201);
    expect(refused(await acceptQuote(eve, others[0] ?? ""))).toEqual([409, "duplicate_key"]);
    expect(refused(await acceptQuote(eve, others[1] ?? ""))).toEqual([409, "duplicate_key"]);
    expect(refused(await acceptQuote(bo, others[2] ?? ""))).toEqual([409, "duplicate_key"]);
    for (const person of [bo, eve]) {
      for (const key of [a, b]) expect(refused(await askQuote(person, key))).toEqual([409, "duplicate_key"]);
    }
  });

  test("wants the attestation, a quote of one's own, within its time and unused", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const quote = async (): Promise<string> => String((await askQuote(bo, aKey())).body["id"]);
    const id = await quote();
    expect(refused(await acceptQuote(bo, id, false))).toEqual([422, "attestation_required"]);
    expect(refused(await acceptQuote(eve, id))).toEqual([404, "not_found"]);
    expect((await acceptQuote(bo, id)).status).toBe(201);
    expect(refused(await acceptQuote(bo, id))).toEqual([409, "state_conflict"]);
    const late = await quote();
    await database.pool.query("update quote set expires_at = now() - interval '1 second' where id = $1", [
      fromPublicId("quote", late),
    ]);
    expect(refused(await acceptQuote(bo, late))).toEqual([410, "quote_expired"]);
    expect(refused(await acceptQuote(bo, "qte_00000000000000000000000000"))).toEqual([404, "not_found"]);
  });

  test("its quote is found by its owner alone, while it stands, and without the key", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const { body } = await askQuote(bo, aKey());
    const id = fromPublicId("quote", String(body["id"]));
    const find = ({ user }: Person, atMs = nowMs()) =>
      findQuote(database.reader, { nowMs: atMs }, { userId: user.id, quoteId: id as Uuid });
    expect(await find(bo)).toEqual({
      outcome: "open",
      provider: "openai",
      topUpOf: null,
      quote: expect.objectContaining({ id, requests: 16_666n, netMicros: 74_997n * CREDIT, isProven: true }) as unknown,
    });
    expect(await find(eve)).toBeNull();
    expect(await find(bo, Date.parse(String(body["expires_at"])))).toEqual({ outcome: "over" });
    expect((await acceptQuote(bo, String(body["id"]))).status).toBe(201);
    expect(await find(bo)).toEqual({ outcome: "over" });
  });

  test("a provider that was switched off meanwhile refuses a quote from before", async () => {
    const bo = await aContributor();
    const id = String((await askQuote(bo, aKey())).body["id"]);
    await setSettings({ providers: { openai: { allowed: false } } });
    expect(refused(await acceptQuote(bo, id))).toEqual([403, "provider_not_allowed"]);
    await setSettings({ providers: { openai: { allowed: true } } });
    expect((await acceptQuote(bo, id)).status).toBe(201);
  });

  test("one quote accepted eight times at once is one contribution and one grant", async () => {
    const bo = await aContributor();
    const id = String((await askQuote(bo, aKey())).body["id"]);
    const replies = await Promise.all(Array.from({ length: 8 }, () => acceptQuote(bo, id)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ body }) => body["code"] === "state_conflict")).toHaveLength(7);
    expect((await balanceOf(bo)).unvestedMicros).toBe(74_997n * CREDIT);
  });

  test("an account makes so many contributions in 24 hours and no more", async () => {
    const bo = await aContributor();
    const spare = String((await askQuote(bo, aKey())).body["id"]);
    await setSettings({ contributions_per_day: 1 });
    await contributeKey(bo);
    expect(refused(await askQuote(bo, aKey()))).toEqual([429, "rate_limit_exceeded"]);
    expect(refused(await acceptQuote(bo, spare))).toEqual([429, "rate_limit_exceeded"]);
    await setSettings({ contributions_per_day: 1_000 });
  });
});
