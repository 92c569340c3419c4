import { expect, test } from "vitest";
import { Settings } from "@/lib/settings";
import { DEFAULT_SETTINGS } from "@/lib/settings/defaults";

const fits = (more: object): boolean => {
  const pack = { id: "small", credits: 110, base_credits: 100, usd: 1, ...more };
  return Settings.safeParse({ ...DEFAULT_SETTINGS, packs: [pack] }).success;
};

test("a pack costs whole cents, and no more of it is base credits than there are", () => {
  expect([fits({}), fits({ usd: 0.99 }), fits({ base_credits: 110 })]).toEqual([true, true, true]);
  expect([fits({ usd: 0 }), fits({ usd: 0.995 }), fits({ base_credits: 111 })]).toEqual([false, false, false]);
});
