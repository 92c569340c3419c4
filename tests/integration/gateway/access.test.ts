import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiKeyInput, createApiKey, createUser, revokeApiKey, updateApiKey, updateUser } from "@/lib/auth";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { bumpConfig, type Tx } from "@/lib/db";
import { newUuid, type Uuid } from "@/lib/ids";
import { openLog } from "@/lib/log";
import type { Pool } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { type Callers, createCallers } from "@/workers/gateway/authenticate";
import { type Config, watchConfig } from "@/workers/gateway/config";
import { aCatalogue, type CatalogueFixture } from "../../support/a-catalogue";

type Key = { userId: Uuid; apiKeyId: Uuid; secret: string };

let home: CatalogueFixture;
let config: Config;
let callers: Callers;

beforeAll(async () => {
  home = await aCatalogue();
  // All that the configuration asks of the pool.
  const pool = { refresh: () => Promise.resolve() } as unknown as Pool;
  config = await watchConfig(home.database, pool, openLog("test"), { refreshMs: 20_000, pollMs: 60_000 });
  callers = createCallers(home.database, config.access);
});
afterAll(async () => {
  config.stop();
  await home.close();
});

const run = <T>(work: (tx: Tx, ctx: Ctx) => Promise<T>): Promise<T> =>
  home.database.inTransaction((tx) => work(tx, systemCtx("test", nowMs())));

async function aKey(owner?: Uuid): Promise<Key> {
  return run(async (tx, ctx) => {
    const email = `${newUuid(ctx.nowMs)}@access.test`;
    const userId = owner ?? (await createUser(tx, ctx, { email, passwordHash: null })).id;
    const key = ApiKeyInput.parse({ name: "Key" });
    const made = await createApiKey(tx, ctx, { userId, key, mayGiveAdmin: false });
    return { userId, apiKeyId: made.key.id, secret: made.secret };
  });
}

const rename = (key: Key, name: string) =>
  run((tx, ctx) => updateApiKey(tx, ctx, { ...key, patch: { name }, mayGiveAdmin: false }));
const isRefused = (key: Key) =>
  expect(callers.authenticate(key.secret)).rejects.toMatchObject({ code: "invalid_api_key" });

test("a key that changes is looked up again, and nobody else's is, however often it changes", async () => {
  const [changing, sibling, other] = [await aKey(), await aKey(), await aKey()];
  await config.refresh();
  const before = await callers.authenticate(other.secret);
  const beside = await callers.authenticate(sibling.secret);
  for (let turn = 1; turn <= 5; turn++) {
    await callers.authenticate(changing.secret);
    await rename(changing, `Key ${turn}`);
    await aKey(changing.userId);
    await config.refresh();
    expect((await callers.authenticate(changing.secret)).key.name).toBe(`Key ${turn}`);
    // The same object: it came from memory.
    expect(await callers.authenticate(other.secret)).toBe(before);
    expect(await callers.authenticate(sibling.secret)).toBe(beside);
  }
});

test("a change of an account reaches all of its keys, and a revoked key is refused", async () => {
  const [first, other] = [await aKey(), await aKey()];
  const second = await aKey(first.userId);
  await config.refresh();
  const keys = [first, second, other];
  const [, , before] = await Promise.all(keys.map(({ secret }) => callers.authenticate(secret)));
  await run((tx, ctx) => updateUser(tx, ctx, { userId: first.userId, isSuspended: true, reason: "test" }));
  await run((tx, ctx) => revokeApiKey(tx, ctx, second));
  await config.refresh();
  expect((await callers.authenticate(first.secret)).user.suspendedMs).not.toBeNull();
  await isRefused(second);
  expect(await callers.authenticate(other.secret)).toBe(before);
});

test("what was looked up while a change was on its way isn't kept", async () => {
  const key = await aKey();
  await config.refresh();
  // The look-up begins before the gateway has seen the change, and may have read the key before or after it.
  const looking = callers.authenticate(key.secret);
  await rename(key, "Changed");
  await looking;
  await config.refresh();
  expect((await callers.authenticate(key.secret)).key.name).toBe("Changed");
});

test("changes at once, each of another key, are all seen", async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => aKey()));
  await config.refresh();
  await Promise.all(keys.map(({ secret }) => callers.authenticate(secret)));
  const refreshing = Array.from({ length: 4 }, () => config.refresh());
  await Promise.all([...keys.map((key) => rename(key, "Changed")), ...refreshing]);
  await config.refresh();
  const found = await Promise.all(keys.map(({ secret }) => callers.authenticate(secret)));
  expect(found.map(({ key }) => key.name)).toEqual(keys.map(() => "Changed"));
});

test("a change that names nobody has everybody looked up again", async () => {
  const key = await aKey();
  await config.refresh();
  const before = await callers.authenticate(key.secret);
  await run((tx) => bumpConfig(tx, "keys"));
  await config.refresh();
  expect(await callers.authenticate(key.secret)).not.toBe(before);
});
