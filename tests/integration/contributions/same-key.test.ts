import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import type { Uuid } from "@/lib/ids";
import { addPoolKey, refreshKeyFingerprints } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { fingerprints, SecretText, storableBytes, vault } from "@/lib/vault";
import { refreshKeyFingerprintsJob } from "@/workers/jobs/key-jobs";
import {
  putAnotherProvider,
  acceptQuote,
  aContributor,
  aKey,
  askQuote,
  balanceOf,
  contributeKey,
  database,
  providerUrl,
  retire,
  useContributions,
} from "@/tests/support/contributions";
import type { Person, Reply } from "@/tests/support/api";
import { aLog } from "@/tests/support/log";

useContributions();

const OTHER = { provider: "deepseek" } as const;
const DUPLICATE = [409, "duplicate_key"];
const refused = ({ status, body }: Reply): unknown[] => [status, body["code"]];
const inOrder = (replies: readonly Reply[]): unknown[] => replies.toSorted((a, b) => a.status - b.status).map(refused);
const secondOf = (key: string): string => key.replace(/-a$/, "-b");
const fingerprintsOf = async (poolKey: Uuid): Promise<string[]> =>
  (
    await database.pool.query<{ print: string }>(
      "select encode(print, 'hex') as print from pool_key_print where pool_key_id = $1 order by 1",
      [poolKey],
    )
  ).rows.map(({ print }) => print);

/** Leave a contribution as it was before fingerprints lost the provider. */
async function makeOld(poolKey: Uuid, secret: string, account: string | null = null): Promise<void> {
  const [fingerprint] = fingerprints(vault(), "openai", new SecretText(secret));
  await database.pool.query("update pool_key_print set print = $2 where pool_key_id = $1", [
    poolKey,
    storableBytes(fingerprint ?? new Uint8Array()),
  ]);
  await database.pool.query("update pool_key set print_form = 1 where id = $1", [poolKey]);
  if (account === null) return;
  const [old] = fingerprints(vault(), "account of openai", new SecretText(account));
  await database.pool.query(
    `update contributed_account set print = $2
     where contribution_id = (select contribution_id from pool_key where id = $1)`,
    [poolKey, storableBytes(old ?? new Uint8Array())],
  );
}

const addToChannel = (channelId: string, secret: string) =>
  database.inTransaction((tx) =>
    addPoolKey(tx, systemCtx("test", nowMs()), { channelId, secret: new SecretText(secret), quotaNanos: null }),
  );

beforeAll(() => putAnotherProvider("deepseek", providerUrl()));

describe("the same key under two provider ids", () => {
  test("is refused under the second, whoever brings it, while it serves and when its secret is gone", async () => {
    const [bo, eve, key] = [await aContributor(), await aContributor(), aKey()];
    const { id } = await contributeKey(bo, key);
    for (const person of [bo, eve]) expect(refused(await askQuote(person, key, OTHER))).toEqual(DUPLICATE);
    await retire(bo, id);
    for (const person of [bo, eve]) expect(refused(await askQuote(person, key, OTHER))).toEqual(DUPLICATE);
  });

  test("is granted once where both were quoted, one after the other and at once", async () => {
    for (const isAtOnce of [false, true]) {
      const [bo, eve, key] = [await aContributor(), await aContributor(), aKey()];
      const quotes: [Person, Reply][] = [
        [bo, await askQuote(bo, key)],
        [eve, await askQuote(eve, key, OTHER)],
        [bo, await askQuote(bo, key, OTHER)],
        [eve, await askQuote(eve, key)],
      ];
      expect(quotes.map(([, { status }]) => status)).toEqual([201, 201, 201, 201]);
      const accept = ([person, { body }]: [Person, Reply]): Promise<Reply> => acceptQuote(person, String(body["id"]));
      const replies: Reply[] = [];
      if (isAtOnce) replies.push(...(await Promise.all(quotes.map(accept))));
      else for (const quote of quotes) replies.push(await accept(quote));
      expect(inOrder(replies)).toEqual([[201, undefined], DUPLICATE, DUPLICATE, DUPLICATE]);
      const granted = (await balanceOf(bo)).unvestedMicros + (await balanceOf(eve)).unvestedMicros;
      expect(granted).toBe(74_997_000_000n);
    }
  });

  test("is refused as the platform's own after it was contributed, and the other way round", async () => {
    const [bo, mine, given] = [await aContributor(), aKey(), aKey()];
    await contributeKey(bo, given);
    await expect(addToChannel("deepseek", given)).rejects.toMatchObject({ code: "duplicate_key" });
    await addToChannel("openai", mine);
    expect(refused(await askQuote(bo, mine, OTHER))).toEqual(DUPLICATE);
  });

  test("is known however it is written: with spaces around it, and with its scheme", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    await contributeKey(bo, key);
    for (const written of [`  ${key}\n`, `Bearer ${key}`, `bearer  ${key} `]) {
      await expect(addToChannel("deepseek", written)).rejects.toMatchObject({ code: "duplicate_key" });
    }
  });

  test("is known by its token where an account's id stands before it", async () => {
    const key = `token-${aKey()}`;
    await database.pool.query("insert into channel (id, provider) values ('cloudflare', 'cloudflare')");
    await addToChannel("cloudflare", `0123abcd:${key}`);
    for (const [channel, written] of [
      ["cloudflare", `0123ABCD:${key}`],
      ["deepseek", key],
    ] as const) {
      await expect(addToChannel(channel, written)).rejects.toMatchObject({ code: "duplicate_key" });
    }
  });
});

describe("a second key of one account under another provider id of the same upstream host", () => {
  test("is refused at the quote and at its acceptance, also at once", async () => {
    const [bo, eve, first] = [await aContributor(), await aContributor(), aKey()];
    const quotes: [Person, Reply][] = [
      [bo, await askQuote(bo, first)],
      [eve, await askQuote(eve, secondOf(first), OTHER)],
    ];
    const replies = await Promise.all(quotes.map(([person, { body }]) => acceptQuote(person, String(body["id"]))));
    expect(inOrder(replies)).toEqual([[201, undefined], DUPLICATE]);
    expect(refused(await askQuote(eve, first.replace(/-a$/, "-c"), OTHER))).toEqual(DUPLICATE);
  });
});

describe("keys from before fingerprints lost the provider", () => {
  beforeEach(async () => {
    await askQuote(await aContributor(), aKey()); // opens the web process's vault
  });

  test("are known under every provider id by their older fingerprints, and so are their accounts, revoked ones too", async () => {
    const [bo, eve, key] = [await aContributor(), await aContributor(), aKey()];
    const { id, poolKey } = await contributeKey(bo, key);
    await makeOld(poolKey, key, key.replace(/^.*-(own\d+)-a$/, "org-openai-$1"));
    for (const more of [{}, OTHER]) {
      expect(refused(await askQuote(eve, key, more))).toEqual(DUPLICATE);
      expect(refused(await askQuote(eve, secondOf(key), more))).toEqual(DUPLICATE);
    }
    await retire(bo, id);
    for (const more of [{}, OTHER]) {
      expect(refused(await askQuote(eve, key, more))).toEqual(DUPLICATE);
      expect(refused(await askQuote(eve, secondOf(key), more))).toEqual(DUPLICATE);
    }
  });

  test("get those of today when the jobs start, batch by batch, once, and keep the older ones", async () => {
    const people = [];
    for (let made = 0; made < 5; made++) {
      const [bo, key] = [await aContributor(), aKey()];
      const { id, poolKey } = await contributeKey(bo, key);
      const today = await fingerprintsOf(poolKey);
      await makeOld(poolKey, key);
      people.push({ bo, id, poolKey, today, old: await fingerprintsOf(poolKey) });
    }
    const [retired, ...living] = people;
    if (retired) await retire(retired.bo, retired.id);
    // A start that is cut off after one batch.
    const ctx = systemCtx("test", nowMs());
    await database.inTransaction((tx) => refreshKeyFingerprints(tx, ctx, { after: null, limit: 2 }));
    const logged = aLog();
    await Promise.all([
      refreshKeyFingerprintsJob({ database, log: logged.log }, 2),
      refreshKeyFingerprintsJob({ database, log: logged.log }, 2),
    ]);
    for (const { poolKey, old, today } of living) {
      expect(await fingerprintsOf(poolKey)).toEqual([...old, ...today].toSorted());
    }
    if (retired) expect(await fingerprintsOf(retired.poolKey)).toEqual(retired.old);
    expect(logged.lines.filter(({ alert }) => alert !== undefined)).toEqual([]);
    const before = logged.lines.length;
    await refreshKeyFingerprintsJob({ database, log: logged.log });
    expect(logged.lines).toHaveLength(before);
  });

  test("that came in twice under two ids both stay, and an operator is alerted", async () => {
    const [bo, key] = [await aContributor(), aKey()];
    await makeOld((await contributeKey(bo, key)).poolKey, key);
    await addToChannelUnseen(key);
    const logged = aLog();
    await refreshKeyFingerprintsJob({ database, log: logged.log });
    expect(logged.lines.filter(({ alert }) => alert === "duplicate_pool_key")).toHaveLength(1);
    await refreshKeyFingerprintsJob({ database, log: logged.log });
    expect(logged.lines.filter(({ alert }) => alert === "duplicate_pool_key")).toHaveLength(1);
  });
});

/** A key of the platform's own, as it came in under another id while fingerprints had the provider in them. */
async function addToChannelUnseen(secret: string): Promise<void> {
  const { rows: hidden } = await database.pool.query<{ print: Uint8Array; pool_key_id: Uuid }>(
    "delete from pool_key_print where pool_key_id in (select id from pool_key where print_form = 1) returning print, pool_key_id",
  );
  const { id } = await addToChannel("deepseek", secret);
  await database.pool.query("delete from pool_key_print where pool_key_id = $1", [id]);
  for (const { print, pool_key_id: poolKey } of hidden) {
    await database.pool.query("insert into pool_key_print (print, pool_key_id) values ($1, $2)", [print, poolKey]);
  }
  await database.pool.query("update pool_key set print_form = 1 where id = $1", [id]);
}
