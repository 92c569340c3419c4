import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createUser,
  findAdminKey,
  findUserByEmail,
  listApiKeys,
  listUsers,
  revokeApiKey,
  updateUser,
} from "@/lib/auth";
import { listModels } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import type { Database } from "@/lib/db";
import { newApiKeySecret } from "@/lib/ids";
import { readBalance } from "@/lib/ledger";
import { listPool } from "@/lib/pool";
import { readSettings, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { useVault } from "@/lib/vault";
import { ensureNamedAdmin } from "@/scripts/start/named-admin";
import { seedDemo, type DemoSeed } from "@/scripts/start/seed-demo";
import { aCatalogue, type CatalogueFixture } from "@/tests/support/a-catalogue";

/** What a start does to a database before its processes begin. */

let fixture: CatalogueFixture;
let database: Database;
const ctx = () => systemCtx("bootstrap", nowMs());

beforeEach(async () => {
  fixture = await aCatalogue();
  ({ database } = fixture);
  useVault([{ id: "test", key: Buffer.alloc(32, 7) }]);
});
afterEach(() => fixture.close());

/** The same database, whose process ends after so many transactions. */
const endingAfter = (count: number): Database => {
  let left = count;
  return {
    ...database,
    inTransaction(work) {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("ended")) : database.inTransaction(work);
    },
  };
};

describe("the demo's seed", () => {
  const SEED: DemoSeed = {
    accounts: [
      { email: "admin@scrip.local", password: "password of admin", role: "admin" },
      { email: "ada@scrip.local", password: "password of ada", role: "user" },
      { email: "bo@scrip.local", password: "password of bo", role: "user" },
    ],
    supplierKeys: { openai: "sk-sandbox-openai-100000usd" },
  };

  async function seeded() {
    const { reader } = database;
    const users = await listUsers(reader, { limit: 100, after: null, search: null });
    const ada = await findUserByEmail(reader, "ada@scrip.local");
    return {
      models: (await listModels(reader, { limit: 100 })).length > 50,
      advance: (await readSettings(reader)).maturity_days,
      keys: (await listPool(reader, ctx(), { limit: 100, before: null })).keys.map(({ channelId }) => channelId),
      users: users.map(({ email, role }) => `${role} ${email}`).toSorted(),
      ada: ada && (await readBalance(reader, ada.walletId)).availableMicros,
    };
  }
  const WHOLE = {
    models: true,
    advance: 0,
    keys: ["openai"],
    users: ["admin admin@scrip.local", "user ada@scrip.local", "user bo@scrip.local"],
    ada: 1_000_000_000n,
  };

  test.each([1, 2, 4])("that was ended after %i of its transactions is completed by the next start", async (count) => {
    await expect(seedDemo(endingAfter(count), ctx(), SEED)).rejects.toThrow("ended");
    expect(await seedDemo(database, ctx(), SEED)).toHaveLength(1);
    expect(await seeded()).toEqual(WHOLE);
    expect(await seedDemo(database, ctx(), SEED)).toEqual([]);
    expect(await seeded()).toEqual(WHOLE);
  });

  test("changes nothing that an admin changed since", async () => {
    await seedDemo(database, ctx(), SEED);
    await database.inTransaction((tx) => updateSettings(tx, ctx(), { maturity_days: 3 }));
    await seedDemo(database, ctx(), SEED);
    expect((await seeded()).advance).toBe(3);
  });

  test("leaves a database alone that is somebody else's", async () => {
    const account = { email: "somebody@example.test", passwordHash: null };
    await database.inTransaction((tx) => createUser(tx, ctx(), account));
    expect(await seedDemo(database, ctx(), SEED)).toEqual([]);
    expect(await seeded()).toMatchObject({ models: false, users: ["user somebody@example.test"] });
  });
});

describe("the operator's admin", () => {
  const NOBODY = { email: null, password: null, apiKey: null };
  const stateOf = (apiKey: string) => findAdminKey(database.reader, nowMs(), apiKey);
  const ensure = (admin: Partial<typeof NOBODY> | { email?: string; apiKey?: string }) =>
    ensureNamedAdmin(database, ctx(), { ...NOBODY, ...admin });

  test("has the key that is named without a person, on an account that nobody signs in to", async () => {
    const apiKey = newApiKeySecret();
    await ensure({ apiKey });
    expect(await ensure({ apiKey })).toEqual([]);
    expect(await stateOf(apiKey)).toBe("working");
    const next = newApiKeySecret();
    await ensure({ apiKey: next });
    expect(await stateOf(next)).toBe("working");
    const users = await listUsers(database.reader, { limit: 10, after: null, search: null });
    expect(users.map(({ email }) => email)).toEqual(["operator@scrip.invalid"]);
  });

  test("has the key that is named with them", async () => {
    const apiKey = newApiKeySecret();
    await ensure({ email: "you@example.test", apiKey });
    const user = await findUserByEmail(database.reader, "you@example.test");
    expect(user && (await listApiKeys(database.reader, { userId: user.id, limit: 9, after: null }))).toHaveLength(1);
  });

  test("gets a key at the first start, shown once, where none is named", async () => {
    const [hint, told] = await ensure({});
    expect(hint).toContain("npm run admin:create");
    const secret = /sk-scrip-\w+/.exec(told ?? "")?.[0] ?? "";
    expect(await stateOf(secret)).toBe("working");
    expect(await ensure({})).toEqual([]);
  });

  test.each([0, 1])("is shown it all the same where a start was ended after %i transactions", async (count) => {
    const said = await ensureNamedAdmin(endingAfter(count), ctx(), NOBODY).catch(() => ensure({}));
    expect(said).toContainEqual(expect.stringContaining("sk-scrip-"));
  });

  test("isn't whoever signed up with the operator's address", async () => {
    await database.inTransaction((tx) => createUser(tx, ctx(), { email: "operator@scrip.invalid", passwordHash: "x" }));
    await expect(ensure({ apiKey: newApiKeySecret() })).rejects.toThrow(/ADMIN_EMAIL/);
  });

  test("keeps a revoked key revoked, reports that, and the start goes on", async () => {
    const apiKey = newApiKeySecret();
    const named = { email: "you@example.test", apiKey };
    await ensure(named);
    const user = await findUserByEmail(database.reader, named.email);
    const [key] = user ? await listApiKeys(database.reader, { userId: user.id, limit: 9, after: null }) : [];
    if (!user || !key) throw new Error("the key isn't there");
    await database.inTransaction((tx) => revokeApiKey(tx, ctx(), { userId: user.id, apiKeyId: key.id }));
    expect(await ensure(named)).toEqual([expect.stringContaining("revoked, and stays so")]);
    expect(await stateOf(apiKey)).toBe("revoked");
  });

  test("reports a key without an admin's rights", async () => {
    const apiKey = newApiKeySecret();
    const named = { email: "you@example.test", apiKey };
    await ensure(named);
    const user = await findUserByEmail(database.reader, named.email);
    if (!user) throw new Error("the admin isn't there");
    const suspension = { userId: user.id, isSuspended: true, reason: "test" };
    await database.inTransaction((tx) => updateUser(tx, ctx(), suspension));
    expect(await ensure(named)).toEqual([expect.stringContaining("gives nobody an admin's rights")]);
    expect(await stateOf(newApiKeySecret())).toBeNull();
  });
});
