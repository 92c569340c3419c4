import { beforeAll, describe, expect, test } from "vitest";
import * as adminPurchases from "@/app/api/v1/admin/purchases/route";
import * as adminUsage from "@/app/api/v1/admin/usage/route";
import * as adminUsers from "@/app/api/v1/admin/users/route";
import { newUuid, toPublicId, type Uuid } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { admin, aPerson, call, database, type Person, useApi } from "@/tests/support/api";

useApi();

let ada: Person;
let bo: Person;
let request: string;
let order: string;
const MICROS = 1_000_000n;

async function anOrder(of: Uuid): Promise<string> {
  const id = newUuid(nowMs());
  await database.pool.query(
    `insert into purchase (id, user_id, pack, credits_micros, base_micros, usd_nanos, state, stripe_session)
     values ($1, $2, 'starter', 10, 10, 9990000000, 'created', $3)`,
    [id, of, `cs_test_${id.replaceAll("-", "")}`],
  );
  return id;
}

beforeAll(async () => {
  ada = await aPerson(database);
  bo = await aPerson(database);
  await giveCredits(database, ada, 100);
  const made = await makeRequests(database, ada, [{ chargeMicros: 8n * MICROS, arrivedMs: nowMs() - 60_000 }]);
  request = toPublicId("request", made[0] ?? ("" as Uuid));
  order = await anOrder(ada.user.id);
  await anOrder(bo.user.id);
});

const find = async (path: string, route: Parameters<typeof call>[2], q?: string) => {
  const query: Record<string, string> = q === undefined ? {} : { q };
  const { status, body } = await call("GET", path, route, { as: admin.key, query });
  expect(status).toBe(200);
  return body["data"] as Record<string, unknown>[];
};
const users = (q: string) => find("/admin/users", adminUsers.GET, q);
const purchases = (q?: string) => find("/admin/purchases", adminPurchases.GET, q);
const usage = (q?: string) => find("/admin/usage", adminUsage.GET, q);

describe("an admin finds", () => {
  test("a user by their address or a part of it, and by any id that they saw", async () => {
    const pur = toPublicId("purchase", order as Uuid);
    for (const q of [ada.user.email, ada.user.email.toUpperCase(), ada.id, ada.keyId, request, pur]) {
      expect((await users(q)).map(({ email }) => email)).toEqual([ada.user.email]);
    }
    for (const q of ["nobody@nowhere", toPublicId("user", newUuid(0)), toPublicId("request", newUuid(0))]) {
      expect(await users(q)).toEqual([]);
    }
  });

  test("an order by its id, by Stripe's, by its buyer's address or another id of theirs, and all without one", async () => {
    const pur = toPublicId("purchase", order as Uuid);
    const session = `cs_test_${order.replaceAll("-", "")}`;
    for (const q of [pur, session, ada.user.email, ada.keyId, request]) {
      expect(await purchases(q)).toMatchObject([
        { id: pur, email: ada.user.email, stripe_session: session, usd: 9.99 },
      ]);
    }
    expect(new Set((await purchases()).map(({ email }) => email))).toEqual(new Set([ada.user.email, bo.user.email]));
    expect(await purchases("cs_test_nothing")).toEqual([]);
  });

  test("a request by its id, its key or its owner, with who sent it and what it cost", async () => {
    const pur = toPublicId("purchase", order as Uuid);
    for (const q of [request, ada.keyId, ada.user.email, pur]) {
      const found = await usage(q);
      expect(found).toMatchObject([{ id: request, email: ada.user.email, credits: 8, key_id: ada.keyId }]);
      expect(found[0]?.["cost_usd"]).toEqual(expect.any(Number));
    }
    expect(await usage(bo.user.email)).toEqual([]);
    expect((await usage()).map(({ id }) => id)).toContain(request);
  });
});
