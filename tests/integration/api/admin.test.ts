import { beforeAll, describe, expect, test } from "vitest";
import * as audit from "@/app/api/v1/admin/audit/route";
import * as adminModel from "@/app/api/v1/admin/models/[id]/route";
import * as settings from "@/app/api/v1/admin/settings/route";
import * as users from "@/app/api/v1/admin/users/route";
import * as user from "@/app/api/v1/admin/users/[id]/route";
import * as userKeys from "@/app/api/v1/admin/users/[id]/keys/route";
import * as balance from "@/app/api/v1/balance/route";
import * as model from "@/app/api/v1/models/[id]/route";
import { aCookie, aPerson, call, type Person, admin, database, useApi } from "@/tests/support/api";

useApi();

let ada: Person;

beforeAll(async () => {
  ada = await aPerson(database);
});

const balanceAs = (as: string) => call("GET", "/balance", balance.GET, { as });
const lastAudit = async (subjectId: string) => {
  const query = { subject_id: subjectId, limit: "1" };
  const { body } = await call("GET", "/admin/audit", audit.GET, { as: admin.key, query });
  return (body["data"] as Record<string, unknown>[])[0];
};

describe("users", () => {
  const create = (body: object) => call("POST", "/admin/users", users.POST, { as: admin.key, body });

  test("have no second factor and no counted requests yet: null is taken for them, and nothing else", async () => {
    const made = await create({ email: "factor@example.test", totp_secret: null });
    expect(made.status).toBe(201);
    const refused = await create({ email: "other@example.test", totp_secret: "JBSWY3DPEHPK3PXP" });
    expect(refused.body["detail"]).toContain("totp_secret: isn't possible yet");
    const giveKey = (requests: unknown) =>
      call("POST", "/admin/users/x/keys", userKeys.POST, {
        as: admin.key,
        params: { id: String(made.body["id"]) },
        body: { name: "given", requests },
      });
    expect((await giveKey(null)).status).toBe(201);
    expect((await giveKey(100)).body["detail"]).toContain("requests: isn't possible yet");
  });

  test("are made with a wallet of their own, and an address belongs to one of them", async () => {
    const made = await create({ email: "Eve@Example.test", password: "correct horse", email_verified: true });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      email: "eve@example.test",
      role: "user",
      email_verified: true,
      suspended: false,
    });
    const again = await create({ email: "eve@example.TEST" });
    expect([again.status, again.body["code"]]).toEqual([409, "state_conflict"]);
    const kept = await create({ email: "Operator@Scrip.invalid" });
    expect([kept.status, kept.body["detail"]]).toEqual([
      422,
      expect.stringContaining("email: is kept for the operator"),
    ]);
    const both = await Promise.all([create({ email: "twin@example.test" }), create({ email: "twin@example.test" })]);
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 409]));
  });

  test("come by a referral code that somebody has, and by no other", async () => {
    const code = ada.user.referralCode;
    expect((await create({ email: "friend@example.test", referred_by: code })).status).toBe(201);
    expect((await create({ email: "stray@example.test", referred_by: "nobody" })).status).toBe(422);
  });

  test("get keys made for them, which work as theirs", async () => {
    const params = { id: ada.id };
    const body = { name: "For Ada", scopes: ["account"] };
    const made = await call("POST", "/admin/users/x/keys", userKeys.POST, { as: admin.key, params, body });
    expect(made.status).toBe(201);
    expect((await balanceAs(String(made.body["key"]))).status).toBe(200);
    expect(JSON.stringify(await lastAudit(ada.id))).not.toContain(made.body["key"]);
  });

  test("who are suspended are refused at once, by key and by session, and let in again", async () => {
    const person = await aPerson(database);
    const cookie = await aCookie(database, person);
    const put = (body: object) =>
      call("PUT", "/admin/users/x", user.PUT, { as: admin.key, params: { id: person.id }, body });
    expect((await put({ suspended: true, reason: "Chargeback" })).body).toMatchObject({
      suspended: true,
      suspended_reason: "Chargeback",
    });
    expect((await balanceAs(person.key)).body).toMatchObject({ status: 403, code: "account_suspended" });
    expect((await call("GET", "/balance", balance.GET, { headers: { cookie } })).status).toBe(401);
    expect((await put({ suspended: false, reason: "Settled" })).status).toBe(200);
    expect((await balanceAs(person.key)).status).toBe(200);
    expect(await lastAudit(person.id)).toMatchObject({
      action: "user.update",
      actor: { type: "key", id: admin.keyId },
      before: { suspended: true },
      after: { suspended: false },
      reason: "Settled",
    });
  });

  test("can be put on a tier that there is, and on no other", async () => {
    const put = (body: object) =>
      call("PUT", "/admin/users/x", user.PUT, { as: admin.key, params: { id: ada.id }, body });
    expect((await put({ tier: "pro", limits: { concurrency: 3 }, reason: "Agreed" })).body).toMatchObject({
      tier: "pro",
      limits: { concurrency: 3 },
    });
    expect((await put({ tier: "platinum", reason: "Agreed" })).status).toBe(422);
    expect((await put({ tier: "plus" })).status).toBe(422);
  });

  test("lose what an admin's key may do when they stop being one", async () => {
    const former = await aPerson(database, { role: "admin", scopes: ["admin"] });
    const list = () => call("GET", "/admin/users", users.GET, { as: former.key });
    expect((await list()).status).toBe(200);
    await database.pool.query(`update "user" set role = 'user' where id = $1`, [former.user.id]);
    expect((await list()).body).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("models", () => {
  const body = {
    provider: "openai",
    upstream_model: "gpt-4o-mini",
    capabilities: ["chat"],
    price: { rates: [{ meter: "input_tokens", per: 1000, amount: 3 }], chargeUnit: 1 },
    cost: { rates: [{ meter: "input_tokens", per: 1, amount: 0.0000005 }] },
    default_output_cap: 400,
  };

  test("come back as they were put, tiny amounts without an exponent, with a / in their name", async () => {
    const params = { id: encodeURIComponent("acme/tiny") };
    const put = await call("PUT", "/admin/models/x", adminModel.PUT, { as: admin.key, params, body });
    expect(put.status).toBe(200);
    const got = await call("GET", "/admin/models/x", adminModel.GET, { as: admin.key, params });
    expect(got.body).toMatchObject({ id: "acme/tiny", provider: "openai", default_output_cap: 400, price_version: 1 });
    expect(got.text).toContain('"amount":0.0000005');
  });

  test("are public with their price at once, and without anything of costs", async () => {
    const params = { id: "public-one" };
    await call("PUT", "/admin/models/x", adminModel.PUT, { as: admin.key, params, body });
    const shown = await call("GET", "/models/x", model.GET, { params });
    expect(shown.body).toMatchObject({ id: "public-one", price: { rates: [{ amount: 3 }] } });
    expect(shown.text).not.toMatch(/usd|cost|upstream/i);
  });

  test("without a price aren't public", async () => {
    const params = { id: "unpriced" };
    await call("PUT", "/admin/models/x", adminModel.PUT, {
      as: admin.key,
      params,
      body: { ...body, price: undefined },
    });
    expect((await call("GET", "/models/x", model.GET, { params })).status).toBe(404);
  });
});

describe("settings", () => {
  const read = async () => (await call("GET", "/admin/settings", settings.GET, { as: admin.key })).body;
  const put = (body: object | string) => call("PUT", "/admin/settings", settings.PUT, { as: admin.key, body });

  test("are changed by a merge patch, and go back to their defaults by null", async () => {
    const before = await read();
    await put({ referral: { hold_days: 3 }, usd_per_credit: 0.0125 });
    expect(await read()).toMatchObject({ usd_per_credit: 0.0125, referral: { purchase: 0.1, hold_days: 3 } });
    await put({ referral: { hold_days: null }, usd_per_credit: null });
    expect(await read()).toEqual(before);
  });

  test("that don't fit are refused whole, and nothing changes", async () => {
    const before = await read();
    const refused = await put({ refund_days: 7, fx: { CNY: -1 } });
    expect([refused.status, refused.body["code"]]).toEqual([422, "validation_failed"]);
    expect((await put({ no_such_setting: 1 })).status).toBe(422);
    expect(await read()).toEqual(before);
  });

  test("that leave a pack insolvent hold, and the reply names it; sound ones name nothing", async () => {
    const changed = await put({ withdrawal: { usd_per_100: 0.98 } });
    expect([changed.status, (await read())["withdrawal"]]).toMatchObject([200, { usd_per_100: 0.98 }]);
    expect(changed.body["warnings"]).toMatchObject([
      { code: "insolvent", pack: "pro", usd: 90, credits: 10_000, margin_usd: -1.11 },
      { code: "insolvent", pack: "enterprise", usd: 800, credits: 100_000, margin_usd: -7.5 },
      { code: "insolvent", pack: null, usd: 100, credits: 11_000, margin_usd: -0.22 },
    ]);
    const restored = await put({ withdrawal: { usd_per_100: null } });
    expect([restored.status, restored.body["warnings"]]).toEqual([200, undefined]);
  });

  test("that allow keys of a provider say why", async () => {
    for (const reason of [undefined, "", "  "]) {
      const { status, body } = await put({ providers: { groq: { allowed: true, reason } } });
      expect([status, body["errors"]]).toEqual([
        422,
        [{ path: "providers.groq.reason", message: expect.stringContaining("must say why") as unknown }],
      ]);
    }
    expect((await put({ providers: { groq: { allowed: true, reason: "Agreed in writing" } } })).status).toBe(200);
    expect((await put({ providers: { groq: { note: "Ask us first." } } })).status).toBe(200);
    expect((await put({ providers: { groq: { reason: "" } } })).status).toBe(422);
    expect((await put({ providers: { groq: { allowed: false, reason: "" } } })).status).toBe(200);
    await put({ providers: null });
  });

  test("put back as they were read are the same, and leave no trace in the log", async () => {
    const { text } = await call("GET", "/admin/settings", settings.GET, { as: admin.key });
    const count = async () => (await database.pool.query<{ n: bigint }>("select count(*) n from audit")).rows[0]?.n;
    const before = await count();
    expect((await put(text)).text).toBe(text);
    expect(await count()).toBe(before);
  });

  test("changed by two admins at once keep both changes", async () => {
    const changes = [{ refund_days: 21 }, { maturity_days: 9 }, { contributions_per_day: 4 }, { cache_price: 0.5 }];
    await Promise.all(changes.map((change) => put(change)));
    expect(await read()).toMatchObject(Object.assign({}, ...changes) as object);
  });
});

test("the audit log can't be changed, not by the application and not by its owner", async () => {
  await expect(database.pool.query("delete from audit")).rejects.toThrow(/append-only|permission denied/);
  await expect(database.pool.query("update audit set reason = 'x'")).rejects.toThrow(/append-only|permission denied/);
});
