import { expect, test } from "vitest";
import { readExpectedShares } from "@/lib/contributions";
import { nowMs } from "@/lib/time";
import { cr } from "@/tests/support/a-ledger";
import {
  aContributor,
  contributeKey,
  database,
  fold,
  serveWith,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const USD = 1_000_000_000n;
const DAY_MS = 24 * 3_600_000;
const shares = (atMs = nowMs()) => readExpectedShares(database.reader, atMs);

test("a provider's expected share is what charges earn of what costs made due, key by key, in the last 30 days", async () => {
  const [cheap, dear] = [await contributeKey(await aContributor()), await contributeKey(await aContributor())];
  await serveWith(cheap.poolKey, 1_000n, cr(1));
  expect(await shares()).toEqual([]);
  await fold();
  await serveWith(cheap.poolKey, 50n * USD - 1_000n, cr(999));
  await serveWith(dear.poolKey, 50n * USD, cr(100_000));
  await fold();
  // 7,499.7 are due of each; one earned 900, the other more than all of it.
  expect(await shares()).toEqual([{ provider: "openai", requests: 3n, share: { digits: 5_600n, scale: 4 } }]);
  expect(await shares(nowMs() + 31 * DAY_MS)).toEqual([]);
});
