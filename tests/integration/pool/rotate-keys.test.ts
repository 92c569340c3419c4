import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { MasterKey } from "@/lib/env";
import type { Uuid } from "@/lib/ids";
import {
  addPoolKey,
  disablePoolKey,
  closePoolKey,
  isKeyInPool,
  knownKeyFingerprints,
  rotatePoolKeys,
} from "@/lib/pool";
import { SecretText, useVault } from "@/lib/vault";
import { chosenId, ctx, db, openPool, request, usePoolDatabase } from "@/tests/support/pool";

usePoolDatabase();

const masterKey = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const secretOf = (at: number): SecretText => new SecretText(`sk-rotated-${at}-0123456789`);
const add = async (at: number): Promise<Uuid> =>
  (await db.inTransaction((tx) => addPoolKey(tx, ctx(), { channelId: "main", secret: secretOf(at), quotaNanos: null })))
    .id;
const rotate = (after: Uuid | null = null, limit = 100) =>
  db.inTransaction((tx) => rotatePoolKeys(tx, ctx(), { after, limit }));
const masterKeyIds = async (): Promise<string[]> =>
  (await db.pool.query<{ id: string }>("select distinct master_key_id as id from pool_key order by 1")).rows.map(
    ({ id }) => id,
  );

test("after a rotation the old master key is needed for nothing: keys serve, and the same key is known again", async () => {
  const [old, next] = [masterKey("old"), masterKey("next")];
  useVault([old]);
  const ids = [await add(1), await add(2), await add(3)];
  await db.inTransaction((tx) => disablePoolKey(tx, ctx(), { poolKeyId: ids[2] ?? ("" as Uuid) }));

  useVault([next, old]);
  const first = await rotate(null, 2);
  expect(first).toEqual({ rotated: 2, undecryptable: [], duplicates: [], lastId: ids[1] });
  expect(await rotate(first.lastId, 2)).toMatchObject({ rotated: 1, lastId: ids[2] });
  expect(await rotate(ids[2])).toMatchObject({ rotated: 0, lastId: null });

  useVault([next]);
  expect(await masterKeyIds()).toEqual(["next"]);
  const choice = (await openPool()).choose(request());
  expect(choice.outcome === "key" && choice.key.secret.reveal()).toMatch(/^sk-rotated-[12]-0123456789$/);
  for (const at of [1, 2, 3]) {
    expect(await isKeyInPool(db.reader, knownKeyFingerprints("openai", secretOf(at)))).toBe(true);
    await expect(add(at)).rejects.toMatchObject({ code: "duplicate_key" });
  }
});

test("a process that has a key in memory goes on with it while it is re-encrypted", async () => {
  const [old, next] = [masterKey("old"), masterKey("next")];
  useVault([old]);
  const id = await add(1);
  const pool = await openPool();
  useVault([next, old]);
  expect((await rotate()).rotated).toBe(1);
  await pool.refresh();
  expect(chosenId(pool)).toBe(id);
});

test("two rotations at once re-encrypt each key once, and neither fails", async () => {
  const [old, next] = [masterKey("old"), masterKey("next")];
  useVault([old]);
  await add(1);
  await add(2);
  useVault([next, old]);
  const both = await Promise.all([rotate(), rotate()]);
  expect(both.reduce((sum, { rotated }) => sum + rotated, 0)).toBe(2);
  expect(await masterKeyIds()).toEqual(["next"]);
});

test("a key that doesn't open is named and left as it is, and a destroyed one is passed over", async () => {
  const [lost, old, next] = [masterKey("lost"), masterKey("old"), masterKey("next")];
  useVault([lost]);
  const undecryptable = await add(1);
  useVault([old]);
  await add(2);
  const ended = await add(3);
  await db.inTransaction((tx) => closePoolKey(tx, ctx(), { poolKeyId: ended, state: "retired", reason: "by_owner" }));
  useVault([next, old]);
  expect(await rotate()).toMatchObject({ rotated: 1, undecryptable: [{ id: undecryptable, masterKeyId: "lost" }] });
  expect(await masterKeyIds()).toEqual(["lost", "next", "old"]);
});

test("a key that is in the pool twice is re-encrypted with both its rows, and named", async () => {
  const [old, next] = [masterKey("old"), masterKey("next")];
  useVault([old]);
  const [first, other] = [await add(1), await add(2)];
  useVault([next]); // a process that never had the old master key doesn't know the key again
  await add(1);
  useVault([next, old]);
  expect(await rotate()).toEqual({ rotated: 2, undecryptable: [], duplicates: [first], lastId: other });
  expect(await masterKeyIds()).toEqual(["next"]);
  expect(await rotate()).toMatchObject({ rotated: 0, duplicates: [] });
});
