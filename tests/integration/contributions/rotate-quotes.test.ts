import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { rotateQuotes } from "@/lib/contributions";
import { systemCtx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import { isKeyInPool } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { fingerprints, SecretText, useVault, vault } from "@/lib/vault";
import { acceptQuote, aContributor, aKey, askQuote, database, useContributions } from "@/tests/support/contributions";

useContributions();

test("a key that was quoted before a rotation is contributed after it, under the new master key", async () => {
  const [bo, secret] = [await aContributor(), aKey()];
  const quote = await askQuote(bo, secret);
  const next = { id: "next", key: randomBytes(32) };
  useVault([next, ...webEnv().masterKeys]);
  const rotate = () => database.inTransaction((tx) => rotateQuotes(tx, systemCtx("test", nowMs())));
  expect([await rotate(), await rotate()]).toEqual([1, 0]);

  useVault([next]);
  expect((await acceptQuote(bo, String(quote.body["id"]))).status).toBe(201);
  expect(await isKeyInPool(database.reader, fingerprints(vault(), "openai", new SecretText(secret)))).toBe(true);
});
