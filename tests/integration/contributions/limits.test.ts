import { expect, test } from "vitest";
import {
  aContributor,
  aKey,
  askQuote,
  contributeKey,
  controls,
  setSettings,
  topUp,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

test("top-ups at once stay together within what an account's contributions may wait for", async () => {
  const bo = await aContributor();
  const asked: [string, string][] = [];
  for (let at = 0; at < 6; at++) {
    const key = aKey();
    const { id } = await contributeKey(bo, key);
    await controls().key(key, { quota_usd: 600.01 });
    asked.push([id, String((await askQuote(bo, key, { contribution: id })).body["id"])]);
  }
  // Six grants of 74,997, and capacity for one more of 14,998.5.
  await setSettings({ max_unvested: 6 * 74_997 + 15_000 });
  const outcomes = await Promise.all(asked.map(([id, quote]) => topUp(bo, id, quote)));
  expect(outcomes.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422, 422, 422, 422, 422]);
});
