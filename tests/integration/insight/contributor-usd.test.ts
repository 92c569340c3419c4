import { beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { type CreditInput, creditWallet } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { nowMs, toIso } from "@/lib/time";
import * as pnl from "@/app/api/v1/admin/pnl/route";
import { aPosting, cr } from "@/tests/support/a-ledger";
import { makeRequests } from "@/tests/support/a-request";
import { aPerson, call, type Person } from "@/tests/support/api";
import { aContributor, contributeKey, database, fold, useContributions } from "@/tests/support/contributions";

const DAY_MS = 24 * 3_600_000;

useContributions();

let admin: Person;
let bo: Person;
let poolKey: Awaited<ReturnType<typeof contributeKey>>["poolKey"];

beforeAll(async () => {
  admin = await aPerson(database, { role: "admin", scopes: ["admin"] });
  bo = await aContributor();
  ({ poolKey } = await contributeKey(bo)); // USD 500: 74,997 credits
});

const purchased = (credits: number, usd: bigint): Partial<CreditInput> => ({
  source: "purchased",
  amountMicros: cr(credits),
  paidNanos: nanos(usd * 1_000_000_000n),
});
const given = (source: "promo" | "vested", credits: number): Partial<CreditInput> => ({
  source,
  amountMicros: cr(credits),
});

async function has(person: Person, ...lots: Partial<CreditInput>[]): Promise<Person> {
  await database.inTransaction(async (tx) => {
    for (const lot of lots) {
      const posting = {
        ...aPosting(person.user.walletId, "grant" as const),
        source: "promo",
        amountMicros: cr(1),
      } as const;
      await creditWallet(tx, systemCtx("test", nowMs()), { ...posting, ...lot });
    }
  });
  return person;
}

/** Ask through Bo's key, at a cost of USD 0.045 of its 500, and read what the requests of that model came to. */
async function ask(person: Person, model: string, credits = 8): Promise<Record<string, unknown> | undefined> {
  const end = { keyOwner: bo.user.id };
  await makeRequests(database, person, [{ chargeMicros: cr(credits), poolKey, draft: { model }, end }]);
  await fold();
  const { body } = await call("GET", "/admin/pnl", pnl.GET, { as: admin.key, query: { group_by: "model" } });
  return (body["groups"] as Record<string, unknown>[]).find(({ group }) => group === model);
}

test("the story: Ada's 8 credits back all that vested for Bo, and the platform keeps the rest", async () => {
  const ada = await has(await aPerson(database), purchased(1_000, 10n));
  expect(await ask(ada, "story")).toMatchObject({
    cost_total_usd: 0.045,
    realised_usd: 0.08,
    contributor_usd: 0.06074757, // 6.74973 vested, at 0.009
    platform_cost_usd: 0,
    fees_usd: 0,
    economic_profit_usd: 0.01925243,
  });
});

test.each([
  ["bought for USD 0.008 each back 6.4", [purchased(100_000, 800n)], 8, 0.0576],
  ["of which 5 were given away back 3", [given("promo", 5), purchased(1_000, 10n)], 8, 0.027],
  ["given away back nothing", [given("promo", 100)], 8, 0],
  ["earned back nine tenths of themselves", [given("vested", 100)], 5, 0.0405],
])("credits %s", async (words, lots, credits, contributorUsd) => {
  const payer = await has(await aPerson(database), ...lots);
  expect(await ask(payer, words, credits)).toMatchObject({ contributor_usd: contributorUsd });
});

test("who pays for their own key, or for a friend's, backs nothing of it", async () => {
  const friend = await has(await aPerson(database), purchased(1_000, 10n));
  await database.pool.query(`update "user" set referred_by_id = $1 where id = $2`, [bo.user.id, friend.user.id]);
  expect(await ask(friend, "friend")).toMatchObject({ realised_usd: 0.08, contributor_usd: 0 });
  expect(await ask(await has(bo, purchased(1_000, 10n)), "own")).toMatchObject({
    realised_usd: 0.08,
    contributor_usd: 0,
  });
});

test("what vested days after its request, since the workers were away, counts on the request's day", async () => {
  const payer = await has(await aPerson(database), given("vested", 100));
  const arrivedMs = nowMs() - 5 * DAY_MS;
  const end = { keyOwner: bo.user.id };
  await makeRequests(database, payer, [{ chargeMicros: cr(5), arrivedMs, poolKey, end }]);
  await fold();
  const [from, to] = [arrivedMs, arrivedMs + DAY_MS].map((ms) => toIso(ms).slice(0, 10));
  const query = { from: from ?? "", to: to ?? "" };
  const { body } = await call("GET", "/admin/pnl", pnl.GET, { as: admin.key, query });
  expect(body).toMatchObject({ credits_spent: 5, contributor_usd: 0.0405 });
});
