import { beforeAll, describe, expect, test } from "vitest";
import { nanos } from "@/lib/money";
import { creditWallet } from "@/lib/ledger";
import { systemCtx } from "@/lib/ctx";
import { newUuid, type Uuid } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import * as pnl from "@/app/api/v1/admin/pnl/route";
import { aPosting, cr } from "@/tests/support/a-ledger";
import { giveCredits, makeRequests, type MadeRequest } from "@/tests/support/a-request";
import { aPerson, call, type Person, type Reply, admin, database, useApi } from "@/tests/support/api";

useApi();

const read = (query: Record<string, string> = {}): Promise<Reply> =>
  call("GET", "/admin/pnl", pnl.GET, { as: admin.key, query });
const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);

/** Credits bought at so many dollars for all of them. */
async function buy(person: Person, credits: number, usd: bigint): Promise<void> {
  await database.inTransaction((tx) =>
    creditWallet(tx, systemCtx("test", nowMs()), {
      ...aPosting(person.user.walletId, "purchase"),
      source: "purchased",
      amountMicros: cr(credits),
      paidNanos: nanos(usd * 1_000_000_000n),
    }),
  );
}

type Served = { credits: number; usd: number; provider: string; model: string; at?: number; owner?: Uuid | null };
const served = ({ credits, usd, provider, model, at, owner = null }: Served): MadeRequest => ({
  chargeMicros: cr(credits),
  costNanos: nanos(BigInt(Math.round(usd * 1_000_000_000))),
  ...(at !== undefined && { arrivedMs: at }),
  draft: { provider, model },
  end: { channel: `${provider}-main`, keyOwner: owner },
});

test("without a request there is no revenue, no cost and no margin", async () => {
  const { status, body } = await read();
  expect([status, body["credits_spent"], body["margin"], body["advice"]]).toEqual([200, 0, null, []]);
});

describe("the example of three providers", () => {
  const [openai, anthropic, kling] = ["openai", "anthropic", "kling"].map((provider) => ({ provider })) as [
    { provider: string },
    { provider: string },
    { provider: string },
  ];
  beforeAll(async () => {
    const ada = await aPerson(database);
    await giveCredits(database, ada, 50_000);
    await buy(ada, 100_000, 900n);
    await makeRequests(database, ada, [
      served({ ...openai, model: "gpt-4", credits: 50_000, usd: 1_000, at: nowMs() }),
      served({ ...openai, model: "gpt-4o", credits: 30_000, usd: 234, at: nowMs() }),
    ]);
    await makeRequests(database, ada, [
      served({ ...anthropic, model: "claude-3", credits: 40_000, usd: 567, owner: newUuid(nowMs()) }),
      served({ ...kling, model: "kling-v1", credits: 30_000, usd: 89 }),
    ]);
  });

  test("150,000 credits against 1,234 + 567 + 89 dollars are a profit of −390 and a margin of −0.26", async () => {
    const { body } = await read();
    expect(body).toMatchObject({
      credits_spent: 150_000,
      revenue_usd: 1_500,
      cost_usd: { openai: 1_234, anthropic: 567, kling: 89 },
      cost_total_usd: 1_890,
      profit_usd: -390,
      margin: -0.26,
    });
  });

  test("beside it: what was given away, what had been paid, what the platform's own keys cost", async () => {
    const { body } = await read();
    expect(body).toMatchObject({
      granted_usd: 500,
      realised_usd: 900,
      contributor_usd: 0,
      platform_cost_usd: 1_323,
      fees_usd: 0,
      economic_profit_usd: -423,
    });
  });

  test("advises to adjust prices or routing of the models that lose, the worst first", async () => {
    const { body } = await read();
    const models = ["gpt-4", "claude-3"];
    expect(body["advice"]).toMatchObject([
      { code: "adjust_prices", models },
      { code: "optimise_routing", models },
    ]);
  });

  test.each(["day", "provider", "model", "channel"])("by %s its parts add up to the whole", async (group) => {
    const { body } = await read({ group_by: group });
    const groups = body["groups"] as Record<string, number>[];
    for (const figure of ["credits_spent", "revenue_usd", "cost_total_usd", "profit_usd", "realised_usd"]) {
      expect(groups.reduce((sum, one) => sum + (one[figure] ?? 0), 0)).toBeCloseTo(Number(body[figure]), 6);
    }
    if (group === "channel") {
      expect(groups.find((one) => String(one["group"]) === "kling-main")).toMatchObject({ profit_usd: 211 });
    }
  });
});

test("a request counts on the day on which it arrived, from included and to not", async () => {
  const cy = await aPerson(database);
  await giveCredits(database, cy, 10);
  const one = (at: number, credits: number): MadeRequest =>
    served({ provider: "groq", model: "llama", credits, usd: 0.01, at });
  await makeRequests(database, cy, [one(day("2026-01-01"), 1), one(day("2026-01-02"), 2), one(day("2026-01-03"), 4)]);
  const { body } = await read({ from: "2026-01-01", to: "2026-01-03", group_by: "day" });
  expect(body["credits_spent"]).toBe(3);
  expect((body["groups"] as { group: string }[]).map(({ group }) => group)).toEqual(["2026-01-02", "2026-01-01"]);
});

test("what was paid for credits is exact to the nanodollar whatever the price", async () => {
  const dee = await aPerson(database);
  await buy(dee, 3, 1n);
  await makeRequests(database, dee, [served({ provider: "xai", model: "grok", credits: 3, usd: 0 })]);
  const groups = (await read({ group_by: "provider" })).body["groups"] as Record<string, unknown>[];
  expect(groups.find(({ group }) => group === "xai")).toMatchObject({ realised_usd: 0.999999999, profit_usd: 0.03 });
});
