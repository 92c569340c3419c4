import { describe, expect, test } from "vitest";
import * as grants from "@/app/api/v1/admin/users/[id]/grants/route";
import * as balance from "@/app/api/v1/balance/route";
import * as transfers from "@/app/api/v1/transfers/route";
import { aPerson, call, type Person, admin, database, useApi } from "@/tests/support/api";

useApi();

let keys = 0;
const newKey = (): string => `grant-${(keys += 1)}`;
const give = (person: Person, body: object | string, key: string | null = newKey(), as = admin.key) =>
  call("POST", `/admin/users/${person.id}/grants`, grants.POST, {
    as,
    params: { id: person.id },
    body,
    headers: key === null ? {} : { "idempotency-key": key },
  });
const promo = (credits: number) => ({ credits, source: "promo", reason: "Welcome" });
const balanceOf = async (person: Person) => (await call("GET", "/balance", balance.GET, { as: person.key })).body;

describe("a grant", () => {
  test("lands in its source, and the balance's sources sum to what is available and held", async () => {
    const ada = await aPerson(database);
    expect((await give(ada, promo(900))).status).toBe(201);
    await give(ada, { credits: 60_000, source: "purchased", usd: 600, reason: "Bank transfer" });
    await give(ada, { credits: 400.000001, source: "earned", reason: "Correction" });
    expect(await balanceOf(ada)).toMatchObject({
      available: 61_300.000001,
      spendable: 61_300.000001,
      held: 0,
      debt: 0,
      by_source: { promo: 900, referral: 0, purchased: 60_000, earned: 400.000001 },
      unvested: 0,
    });
  });

  test("is listed among the transfers with its reason, to its owner and to nobody else", async () => {
    const [ada, bo] = [await aPerson(database), await aPerson(database)];
    const given = await give(ada, promo(12.5));
    const list = (person: Person) => call("GET", "/transfers", transfers.GET, { as: person.key });
    expect((await list(ada)).body["data"]).toMatchObject([
      { id: given.body["id"], kind: "grant", credits: 12.5, source: "promo", balance_after: 12.5, memo: "Welcome" },
    ]);
    expect((await list(bo)).body["data"]).toEqual([]);
  });

  test("asked for without an idempotency key is refused, and gives nothing", async () => {
    const ada = await aPerson(database);
    const refused = await give(ada, promo(5), null);
    expect([refused.status, refused.body["code"]]).toEqual([400, "idempotency_key_required"]);
    expect((await balanceOf(ada))["available"]).toBe(0);
  });

  test("asked for again under its key is the first reply, byte for byte, and gives once", async () => {
    const ada = await aPerson(database);
    const key = newKey();
    const first = await give(ada, promo(7), key);
    const again = await give(ada, promo(7), key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await balanceOf(ada))["available"]).toBe(7);
  });

  test("asked for many times at once gives once", async () => {
    const ada = await aPerson(database);
    const key = newKey();
    const all = await Promise.all(Array.from({ length: 8 }, () => give(ada, promo(3), key)));
    expect(new Set(all.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await balanceOf(ada))["available"]).toBe(3);
  });

  test("with another body under a used key is 409, and gives nothing more", async () => {
    const ada = await aPerson(database);
    const key = newKey();
    await give(ada, promo(2), key);
    const other = await give(ada, promo(3), key);
    expect([other.status, other.body["code"], other.headers.get("x-should-retry")]).toEqual([
      409,
      "idempotency_conflict",
      "false",
    ]);
    expect((await balanceOf(ada))["available"]).toBe(2);
  });

  test("that was refused may be asked for again under its key", async () => {
    const ada = await aPerson(database);
    const key = newKey();
    const stray = { ...ada, id: "usr_00000000000000000000000000" };
    expect((await give(stray, promo(4), key)).status).toBe(404);
    expect((await give(ada, { ...promo(4), expires_at: "2020-01-01T00:00:00Z" }, key)).status).toBe(422);
    expect((await give(ada, promo(4), key)).status).toBe(201);
    expect((await balanceOf(ada))["available"]).toBe(4);
  });

  test("under one key by two admins is two grants", async () => {
    const ada = await aPerson(database);
    const second = await aPerson(database, { role: "admin", scopes: ["admin"] });
    const key = newKey();
    await give(ada, promo(1), key);
    await give(ada, promo(1), key, second.key);
    expect((await balanceOf(ada))["available"]).toBe(2);
  });

  test("is refused to who isn't an admin, themselves included", async () => {
    const ada = await aPerson(database);
    const refused = await give(ada, promo(100), newKey(), ada.key);
    expect([refused.status, refused.body["code"]]).toEqual([403, "forbidden"]);
    expect((await balanceOf(ada))["available"]).toBe(0);
  });

  test("of no, too many or too fine credits doesn't fit", async () => {
    const ada = await aPerson(database);
    for (const credits of [0, -1, 1_000_000_001, 0.0000001, "5", null]) {
      expect((await give(ada, { credits, source: "promo", reason: "x" })).status).toBe(422);
    }
    expect((await give(ada, '{"credits":1e999,"source":"promo","reason":"x"}')).status).toBe(422);
    expect((await give(ada, { credits: 1, source: "earned", usd: 1, reason: "x" })).status).toBe(422);
    const dear = { credits: 0.000001, source: "purchased", usd: 1_000_000, reason: "x" };
    expect((await give(ada, dear)).body).toMatchObject({ status: 422, errors: [{ path: "usd" }] });
    expect((await balanceOf(ada))["available"]).toBe(0);
  });

  test("of the most and of the least there can be is exact", async () => {
    const [ada, bo] = [await aPerson(database), await aPerson(database)];
    await give(ada, promo(999_999_999.999999));
    await give(bo, promo(0.000001));
    expect((await call("GET", "/balance", balance.GET, { as: ada.key })).text).toContain(
      '"available":999999999.999999,',
    );
    expect((await call("GET", "/balance", balance.GET, { as: bo.key })).text).toContain('"available":0.000001,');
  });
});
