import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as adminUsers from "@/app/api/v1/admin/users/route";
import * as usersKeys from "@/app/api/v1/admin/users/[id]/keys/route";
import * as keys from "@/app/api/v1/keys/route";
import * as oneKey from "@/app/api/v1/keys/[id]/route";
import * as rotate from "@/app/api/v1/keys/[id]/rotate/route";
import { ApiKeyInput, createApiKey } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { toPublicId } from "@/lib/ids";
import { nowMs, toIso } from "@/lib/time";
import { aCookie, aPerson, APP_URL, call, openApi, type Person, type Reply } from "@/tests/support/api";

let api: Awaited<ReturnType<typeof openApi>>;
let ada: Person;

const inDays = (days: number): string => toIso(nowMs() + days * 86_400_000);
const HOME = "10.1.2.3";

beforeAll(async () => {
  api = await openApi();
  ada = await aPerson(api.database, { role: "admin", scopes: ["admin"] });
});
afterAll(() => api.close());

type Made = { id: string; secret: string };

/** A key of Ada's, made by her: she is bounded by nothing. */
async function aKey(fields: object): Promise<Made> {
  const key = ApiKeyInput.parse({ name: "Made", scopes: ["account", "inference"], ...fields });
  const { database } = api;
  const made = await database.inTransaction((tx) =>
    createApiKey(tx, systemCtx("test", nowMs()), { userId: ada.user.id, key, mayGiveAdmin: true }),
  );
  return { id: toPublicId("apiKey", made.key.id), secret: made.secret };
}

const headers = { "x-forwarded-for": HOME };
const makeBy = (maker: Made, fields: object) =>
  call("POST", "/keys", keys.POST, {
    as: maker.secret,
    headers,
    body: { name: "Next", scopes: ["account"], ...fields },
  });
const patchBy = (maker: Made, key: Made, body: object) =>
  call("PATCH", "/keys/x", oneKey.PATCH, { as: maker.secret, headers, params: { id: key.id }, body });
const rotateBy = (maker: Made, key: Made) =>
  call("POST", "/keys/x/rotate", rotate.POST, { as: maker.secret, headers, params: { id: key.id } });

/** A refusal that says which bound. */
const refusedFor = (member: string) => ({
  status: 403,
  body: { code: "forbidden", errors: [{ path: member }], detail: expect.stringContaining(member) as unknown },
});
const isRefusedFor = (reply: Reply, member: string): void => expect(reply).toMatchObject(refusedFor(member));

/** Each bound: what its maker has, what it may give, and what would be more. */
const BOUNDS: Record<string, { has: object; within: object[]; wider: object[] }> = {
  scopes: {
    has: { scopes: ["account"] },
    within: [{ scopes: ["account"] }],
    wider: [{ scopes: ["inference"] }, { scopes: ["account", "inference"] }],
  },
  expires_at: {
    has: { expires_at: inDays(2) },
    within: [{ expires_at: inDays(1) }],
    wider: [{ expires_at: inDays(3) }, { expires_at: null }],
  },
  ips: {
    has: { ips: ["10.1.0.0/16", "10.4.0.0/15", "10.6.0.0/15", "2001:db8::/32"] },
    within: [
      { ips: ["10.1.2.3"] },
      { ips: ["10.1.0.0/16"] },
      { ips: ["10.4.0.0/14"] },
      { ips: ["::ffff:10.1.2.0/120"] },
      { ips: ["2001:db8:1::/48", "10.1.9.0/24"] },
    ],
    wider: [
      { ips: ["10.2.0.1"] },
      { ips: ["10.0.0.0/15"] },
      { ips: ["10.1.2.3", "10.2.0.1"] },
      { ips: ["0.0.0.0/0"] },
      { ips: ["::/0"] },
      { ips: ["::ffff:0:0/96"] },
      { ips: ["2001:db8::/31"] },
      { ips: ["fe80::1%eth0"] },
      { ips: [] },
    ],
  },
  models: {
    has: { models: ["gpt-4", "gpt-4o"] },
    within: [{ models: ["gpt-4"] }, { models: ["gpt-4o", "gpt-4"] }],
    wider: [{ models: ["gpt-4", "claude-3"] }, { models: [] }],
  },
  channels: {
    has: { channels: ["openai-main"] },
    within: [{ channels: ["openai-main"] }],
    wider: [{ channels: ["other"] }, { channels: [] }],
  },
  supply: { has: { supply: "official" }, within: [{ supply: "official" }], wider: [{ supply: "all" }] },
  billing_mode: {
    has: { billing_mode: "count" },
    within: [{ billing_mode: "count" }],
    wider: [{ billing_mode: "token" }, { billing_mode: "hybrid" }],
  },
};

describe.each(Object.entries(BOUNDS))("a key that is bounded in %s", (member, { has, within, wider }) => {
  test("makes keys within that bound, and none beyond it or without it", async () => {
    const maker = await aKey({ supply: "all", ...has });
    const inherited = { supply: "all", ...has };
    for (const fields of within) expect((await makeBy(maker, { ...inherited, ...fields })).status).toBe(201);
    for (const fields of wider) isRefusedFor(await makeBy(maker, { ...inherited, ...fields }), member);
  });

  test("neither widens itself nor another key beyond it", async () => {
    const maker = await aKey({ supply: "all", ...has });
    const other = await aKey({ supply: "all", ...has });
    for (const fields of wider) {
      isRefusedFor(await patchBy(maker, maker, fields), member);
      isRefusedFor(await patchBy(maker, other, fields), member);
    }
    for (const fields of within) expect((await patchBy(maker, other, fields)).status).toBe(200);
  });

  test("gets no new secret of a key that is wider, but one of itself, with the bound", async () => {
    const maker = await aKey({ supply: "all", ...has });
    for (const fields of wider) {
      isRefusedFor(await rotateBy(maker, await aKey({ supply: "all", ...has, ...fields })), member);
    }
    const turned = await rotateBy(maker, maker);
    expect(turned.status).toBe(200);
    isRefusedFor(await makeBy({ ...maker, secret: String(turned.body["key"]) }, wider[0] ?? {}), member);
  });

  test("is bounded so for other accounts too where it is an admin's", async () => {
    const bo = await aPerson(api.database);
    const scopes = member === "scopes" ? ["admin"] : ["admin", "account"];
    const maker = await aKey({ supply: "all", ...has, scopes });
    const by = (body: object) =>
      call("POST", "/admin/users/x/keys", usersKeys.POST, { as: maker.secret, headers, params: { id: bo.id }, body });
    // What has the scope admin may give any scope.
    const isScopes = member === "scopes";
    const beyond = { name: "x", scopes: ["account"], supply: "all", ...has, ...wider[0] };
    const reply = await by(isScopes ? { name: "x", scopes: ["inference"] } : beyond);
    expect(reply).toMatchObject(isScopes ? { status: 201 } : refusedFor(member));
  });
});

describe("bounds of keys", () => {
  test("leave what was wider as it is, where only something else is changed or it becomes narrower", async () => {
    const wide = await aKey({ supply: "all" });
    const maker = await aKey({ scopes: ["account"], ips: ["10.1.0.0/16"], expires_at: inDays(1) });
    expect((await patchBy(maker, wide, { name: "Renamed" })).status).toBe(200);
    expect((await patchBy(maker, wide, { scopes: ["inference"], ips: ["192.0.2.0/24"] })).status).toBe(200);
    isRefusedFor(await patchBy(maker, wide, { scopes: ["account", "inference"] }), "scopes");
  });

  test("are none of who is signed in", async () => {
    const cookie = await aCookie(api.database, ada);
    const made = await call("POST", "/keys", keys.POST, {
      headers: { cookie, origin: APP_URL },
      body: { name: "Wide", scopes: ["admin"], supply: "all" },
    });
    expect(made.status).toBe(201);
  });

  test("bound no key that has none, whatever it makes", async () => {
    const maker = await aKey({ supply: "all" });
    for (const { within, wider } of Object.values(BOUNDS)) {
      for (const fields of [...within, ...wider]) expect((await makeBy(maker, fields)).status).toBe(201);
    }
  });

  test("keep an admin's key that has some from making an admin, whom nothing would bound", async () => {
    const make = (by: Made, role: string) =>
      call("POST", "/admin/users", adminUsers.POST, {
        as: by.secret,
        headers,
        body: { email: `${by.id.toLowerCase()}-${role}@example.test`, password: "a horse, a staple, a battery", role },
      });
    for (const has of [{ expires_at: inDays(1) }, { ips: [HOME] }]) {
      const bounded = await aKey({ scopes: ["admin"], ...has });
      expect((await make(bounded, "admin")).body).toMatchObject({ status: 403, code: "forbidden" });
      expect((await make(bounded, "user")).status).toBe(201);
    }
    expect((await make(await aKey({ scopes: ["admin"] }), "admin")).status).toBe(201);
  });

  test("hold for two changes at once: a key that is being narrowed isn't widened by what was seen before", async () => {
    const wide = await aKey({ models: ["a", "b"] });
    const maker = await aKey({ models: ["c"] });
    const replies = await Promise.all([
      patchBy(await aKey({}), wide, { models: ["a"] }),
      patchBy(maker, wide, { models: ["a", "b"] }),
    ]);
    const now = await call("GET", "/keys/x", oneKey.GET, { as: ada.key, params: { id: wide.id } });
    expect(replies[0]?.status).toBe(200);
    // Either it came before, when it widened nothing, or it is refused.
    expect(now.body["models"]).toEqual(["a"]);
  });
});
