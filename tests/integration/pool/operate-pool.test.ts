import { describe, expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import { nanos } from "@/lib/money";
import { addPoolKey, disablePoolKey, enablePoolKey, listPool, revalidatePoolKey } from "@/lib/pool";
import { SecretText } from "@/lib/vault";
import { addKey, chosenId, ctx, db, openPool, request, usePoolDatabase } from "@/tests/support/pool";
import { putChannel } from "@/tests/support/supply";
import { until } from "@/tests/support/until";

usePoolDatabase();

describe("adding a key", () => {
  test("encrypts it, lists it without the secret, and every process serves with it within a poll", async () => {
    const pool = await openPool();
    expect(chosenId(pool)).toBeNull();
    const secret = new SecretText("sk-canary-abcdefghijklmnop");
    const { id } = await db.inTransaction((tx) =>
      addPoolKey(tx, ctx(), { channelId: "main", secret, quotaNanos: nanos(5n) }),
    );
    await until(() => chosenId(pool) === id, "the new key serves");
    const choice = pool.choose(request());
    expect(choice.outcome === "key" && choice.key.secret.reveal()).toBe("sk-canary-abcdefghijklmnop");
    const rows = await db.pool.query(
      "select pool_key::text as row, encode(ciphertext, 'escape') as text from pool_key",
    );
    expect(JSON.stringify(rows.rows)).not.toContain("canary");
    const page = await listPool(db.reader, ctx(), { limit: 10, before: null });
    expect(page.keys[0]).toMatchObject({
      id,
      channelId: "main",
      provider: "openai",
      state: "active",
      hint: "mnop",
      quotaLeftNanos: 5n,
    });
    expect(JSON.stringify(page, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))).not.toContain(
      "canary",
    );
  });

  test("refuses the same key again, on another channel and under another provider id too, whatever its state", async () => {
    await putChannel(db, "second");
    await putChannel(db, "elsewhere", { provider: "groq" });
    const add = (channelId: string) =>
      db.inTransaction((tx) =>
        addPoolKey(tx, ctx(), { channelId, secret: new SecretText("sk-twice-0123456789"), quotaNanos: null }),
      );
    const { id } = await add("main");
    await db.inTransaction((tx) => disablePoolKey(tx, ctx(), { poolKeyId: id }));
    await expect(add("main")).rejects.toMatchObject({ code: "duplicate_key" });
    await expect(add("second")).rejects.toMatchObject({ code: "duplicate_key" });
    await expect(add("elsewhere")).rejects.toMatchObject({ code: "duplicate_key" });
    await expect(add("nowhere")).rejects.toMatchObject({ code: "not_found" });
  });

  test("of ten that add the same key at once, one succeeds and nine are refused", async () => {
    const add = () =>
      db.inTransaction((tx) =>
        addPoolKey(tx, ctx(), { channelId: "main", secret: new SecretText("sk-race-0123456789"), quotaNanos: null }),
      );
    const ends = await Promise.allSettled(Array.from({ length: 10 }, add));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const end of ends) if (end.status === "rejected") expect(end.reason).toMatchObject({ code: "duplicate_key" });
  });

  test("a ciphertext moved to another row doesn't open, and the other keys go on serving", async () => {
    const [one, two] = [await addKey(), await addKey()];
    await db.pool.query(
      `update pool_key set ciphertext = o.ciphertext, wrapped_key = o.wrapped_key
       from (select ciphertext, wrapped_key from pool_key where id = $1) o where id = $2`,
      [one, two],
    );
    const reported: string[] = [];
    const pool = await openPool((problem) => reported.push(problem));
    expect(reported).toEqual([`pool key ${two} can't be opened`]);
    expect(new Set(Array.from({ length: 20 }, () => chosenId(pool)))).toEqual(new Set([one]));
  });
});

describe("an operator", () => {
  test("disables and enables a key, repeatedly, and gets the key as it is", async () => {
    const id = await addKey();
    const pool = await openPool();
    for (let i = 0; i < 2; i++) {
      expect(await db.inTransaction((tx) => disablePoolKey(tx, ctx(), { poolKeyId: id }))).toMatchObject({
        state: "disabled",
      });
    }
    await until(() => chosenId(pool) === null, "it is out");
    for (let i = 0; i < 2; i++) {
      expect(await db.inTransaction((tx) => enablePoolKey(tx, ctx(), { poolKeyId: id }))).toMatchObject({
        state: "active",
        reason: null,
      });
    }
    await until(() => chosenId(pool) === id, "it serves");
  });

  test("has a key probed in a job that its transaction asked for, not one of a disabled key", async () => {
    const id = await addKey();
    const before = await db.inTransaction((tx) => revalidatePoolKey(tx, ctx(), { poolKeyId: id }));
    expect(before.state).toBe("active");
    const { rows } = await db.pool.query("select topic, payload from outbox");
    expect(rows).toEqual([{ topic: "probe_pool_key", payload: { pool_key: id } }]);
    await db.inTransaction((tx) => disablePoolKey(tx, ctx(), { poolKeyId: id }));
    await expect(db.inTransaction((tx) => revalidatePoolKey(tx, ctx(), { poolKeyId: id }))).rejects.toMatchObject({
      code: "state_conflict",
    });
  });

  test("gets an error for a key that doesn't exist, and pages through those that do", async () => {
    const nobody = "01930000-0000-7000-8000-000000000001" as Uuid;
    for (const verb of [disablePoolKey, enablePoolKey, revalidatePoolKey]) {
      await expect(db.inTransaction((tx) => verb(tx, ctx(), { poolKeyId: nobody }))).rejects.toMatchObject({
        code: "not_found",
      });
    }
    const ids = [await addKey(), await addKey(), await addKey()];
    const first = await listPool(db.reader, ctx(), { limit: 2, before: null });
    const second = await listPool(db.reader, ctx(), { limit: 2, before: first.next });
    expect([...first.keys, ...second.keys].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(second.next).toBeNull();
  });
});
