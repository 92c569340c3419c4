import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { fromPublicId } from "@/lib/ids";
import { type MasterKey, webEnv } from "@/lib/env";
import { isKeyInPool, knownKeyFingerprints } from "@/lib/pool";
import { SecretText, useVault } from "@/lib/vault";
import { rotateKeys } from "@/scripts/rotate-keys";
import {
  acceptQuote,
  aContributor,
  aKey,
  askQuote,
  contributeKey,
  database,
  useContributions,
} from "@/tests/support/contributions";
import type { Reply } from "@/tests/support/api";

useContributions();

const rotate = () => rotateKeys(database, () => undefined);
const aMasterKey = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const idOf = ({ body }: Reply): string => String(body["id"]);
const outcomeOf = ({ status, body }: Reply): unknown[] => [status, body["code"]];
const [old, next] = [aMasterKey("old"), aMasterKey("next")];

beforeEach(async () => {
  await askQuote(await aContributor(), aKey()); // opens the web process's own vault, which isn't opened again
  useVault([old, ...webEnv().masterKeys]);
});
const rollOver = (): void => {
  useVault([next, old, ...webEnv().masterKeys]);
};

describe("the same key, quoted before and after a change of the active master key, is granted once", () => {
  test.each([
    ["the older quote is taken last", [1, 0]],
    ["the newer quote is taken last", [0, 1]],
  ])("%s", async (_, order) => {
    const [bo, cy, secret] = [await aContributor(), await aContributor(), aKey()];
    const quotes = [{ of: bo, id: idOf(await askQuote(bo, secret)) }];
    rollOver();
    quotes.push({ of: cy, id: idOf(await askQuote(cy, secret)) });
    const outcomes = [];
    for (const at of order) {
      const quote = quotes[at];
      outcomes.push(quote && outcomeOf(await acceptQuote(quote.of, quote.id)));
    }
    expect(outcomes).toEqual([
      [201, undefined],
      [409, "duplicate_key"],
    ]);
  });

  test("also where it came in before the change, and a quote of before is taken after it", async () => {
    const [bo, cy, secret] = [await aContributor(), await aContributor(), aKey()];
    const quotes = [idOf(await askQuote(bo, secret)), idOf(await askQuote(cy, secret))];
    expect((await acceptQuote(bo, quotes[0] ?? "")).status).toBe(201);
    rollOver();
    expect(outcomeOf(await acceptQuote(cy, quotes[1] ?? ""))).toEqual([409, "duplicate_key"]);
  });

  test("also where the key has been re-encrypted in between", async () => {
    const [bo, cy, secret] = [await aContributor(), await aContributor(), aKey()];
    const quote = await askQuote(bo, secret);
    rollOver();
    await contributeKey(cy, secret);
    await rotate();
    expect(outcomeOf(await acceptQuote(bo, idOf(quote)))).toEqual([409, "duplicate_key"]);
  });
});

describe("a second key of the same account, quoted before a change of the active master key, is refused after it", () => {
  test.each([
    ["its account was quoted by both master keys", () => undefined],
    ["its account was quoted by the old one alone", () => useVault([old])],
  ])("%s", async (_, setUp) => {
    const [bo, cy, first] = [await aContributor(), await aContributor(), aKey()];
    setUp();
    const quote = await askQuote(bo, first);
    rollOver();
    await contributeKey(cy, first.replace(/-a$/, "-b"));
    expect(outcomeOf(await acceptQuote(bo, idOf(quote)))).toEqual([409, "duplicate_key"]);
  });

  test("once the old master key is gone, too", async () => {
    const [bo, cy, first] = [await aContributor(), await aContributor(), aKey()];
    rollOver();
    await contributeKey(bo, first);
    useVault([next]);
    expect(outcomeOf(await askQuote(cy, first.replace(/-a$/, "-b")))).toEqual([409, "duplicate_key"]);
  });
});

describe("a rotation", () => {
  test("re-encrypts open quotes: a key quoted before it is contributed when the old master key is gone", async () => {
    const [bo, secret] = [await aContributor(), aKey()];
    const quote = await askQuote(bo, secret);
    rollOver();
    expect((await rotate()).quotes).toBeGreaterThan(0);
    expect(await rotate()).toMatchObject({ keys: 0, quotes: 0, left: [] });
    useVault([next]);
    expect((await acceptQuote(bo, idOf(quote))).status).toBe(201);
    expect(await isKeyInPool(database.reader, knownKeyFingerprints("openai", new SecretText(secret)))).toBe(true);
  });

  test("names the quotes and keys that don't decrypt, with their master keys, and re-encrypts the others", async () => {
    const [bo, secret] = [await aContributor(), aKey()];
    useVault([aMasterKey("lost")]);
    const [quote, { poolKey }] = [await askQuote(bo, aKey()), await contributeKey(bo, aKey())];
    rollOver();
    await contributeKey(bo, secret);
    useVault([aMasterKey("newest"), next, old, ...webEnv().masterKeys]);
    const { keys, left } = await rotate();
    expect(keys).toBeGreaterThan(0);
    expect(left.map(({ masterKeyId }) => masterKeyId)).toEqual(["lost", "lost"]);
    expect(left.map(({ id }) => fromPublicId("poolKey", id) ?? id)).toEqual([poolKey, idOf(quote)]);

    // Quotes that have run out hold nothing back.
    await database.pool.query("update quote set expires_at = now() where used_at is null");
    expect((await rotate()).left).toHaveLength(1);
  });
});
