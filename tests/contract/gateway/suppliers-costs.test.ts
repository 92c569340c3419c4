import { beforeAll, describe, expect, it } from "vitest";
import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { addPoolKey } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import type { Caller } from "../../support/stage";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, beginStream, FINISHED, reportingWith, saying, sendJson, usageOf } from "../../support/a-supplier";

const PROVIDERS = ["openrouter", "xai"];
const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url, providers: PROVIDERS });

/** What 100 tokens in and 50 out cost by the card, at a dollar a million. Units: nanodollars. */
const BY_CARD = 150_000n;

beforeAll(async () => {
  const ctx = systemCtx("test", nowMs());
  const rates = (amount: number) => ({
    rates: (["input_tokens", "output_tokens"] as const).map((meter) => ({ meter, per: 1_000_000, amount })),
  });
  for (const provider of PROVIDERS) {
    const model = { provider, upstream_model: "m", capabilities: ["chat"], price: rates(500), cost: rates(1) };
    await gateway.database().inTransaction(async (tx) => {
      await putModel(tx, ctx, modelFromBody(provider, ModelBody.parse(model)));
      await putChannel(tx, ctx, channelFromBody(provider, ChannelBody.parse({ provider })));
      const secret = new SecretText(`sk-${provider}-0123456789`);
      await addPoolKey(tx, ctx, { channelId: provider, secret, quotaNanos: null });
    });
  }
  await gateway.gateway().refresh();
});

function playReporting(own: object): void {
  const usage = { ...usageOf(100, 50), ...own };
  supplier.play((response, body) => {
    if (!body["stream"]) {
      const choices = [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }];
      return sendJson(response, 200, { id: "c", object: "chat.completion", created: 1, model: "m", choices, usage });
    }
    beginStream(response);
    response.end(saying("Hi") + FINISHED + reportingWith(usage));
  });
}

async function bookedOf({ wallet }: Caller): Promise<{ costNanos: bigint; chargeMicros: bigint }[]> {
  const { rows } = await gateway
    .database()
    .pool.query<{ cost: string; charge: string }>(
      "select cost_nanos::text as cost, charge_micros::text as charge from books.usage_record where wallet = $1",
      [wallet],
    );
  return rows.map(({ cost, charge }) => ({ costNanos: BigInt(cost), chargeMicros: BigInt(charge) }));
}

const ask = (model: string, more: object = {}) => ({ model, messages: [{ role: "user", content: "Hi" }], ...more });
const STREAM = { stream: true, stream_options: { include_usage: true } };

describe("what a supplier says that it bills", () => {
  const own = {
    cost: 0.00123,
    cost_details: { upstream_inference_cost: null },
    is_byok: false,
    cost_in_usd_ticks: 12_300_000,
    estimated_cost: 0.001,
    credits: 77,
  };
  it.each([
    ["a whole reply", {}],
    ["a stream", STREAM],
  ])("is in nothing that a caller sees of %s", async (_, more) => {
    const caller = await gateway.caller();
    playReporting(own);
    const answer = await gateway.post(caller.secret, ask("openrouter", more));
    const found = /"usage":\s*(\{.*?\}\s*)[,}]/s.exec(answer.text.slice(answer.text.lastIndexOf('"usage":')));
    expect(answer.text).not.toMatch(/cost|byok|77/);
    expect(found?.[1]).toContain('"prompt_tokens":100');
    expect(answer.text).toMatch(/"credits":0\.\d+/);
  });

  it.each<[string, string, object, bigint]>([
    ["dollars", "openrouter", { cost: 0.00123 }, 1_230_000n],
    ["dollars to the last place, rounded up", "openrouter", { cost: 0.0000012345 }, 1_235n],
    ["nothing at all", "openrouter", { cost: 0 }, 0n],
    [
      "the bill of a key behind a router",
      "openrouter",
      { cost: 0, cost_details: { upstream_inference_cost: 0.0004 } },
      400_000n,
    ],
    ["ten-billionths of a dollar", "xai", { cost_in_usd_ticks: 37_756_000 }, 3_775_600n],
    ["ticks, rounded up", "xai", { cost_in_usd_ticks: 11 }, 2n],
  ])("is booked as the cost: %s", async (_, provider, said, nanos) => {
    const caller = await gateway.caller();
    for (const more of [{}, STREAM]) {
      playReporting(said);
      expect((await gateway.post(caller.secret, ask(provider, more))).status).toBe(200);
    }
    await gateway.spent(caller);
    // What the caller pays goes by the price card alone.
    const booked = { costNanos: nanos, chargeMicros: 75_000n };
    expect(await bookedOf(caller)).toEqual([booked, booked]);
  });

  it.each<[string, string, object]>([
    ["nothing", "openrouter", {}],
    ["no number", "openrouter", { cost: "0.1" }],
    ["less than nothing", "openrouter", { cost: -1 }],
    ["a fraction of a tick", "xai", { cost_in_usd_ticks: 1.5 }],
    ["a sum that no such reply costs", "openrouter", { cost: 900 }],
    ["another supplier's measure", "xai", { cost: 0.00123 }],
  ])("is not taken where it is %s: the card's is", async (_, provider, said) => {
    const caller = await gateway.caller();
    playReporting(said);
    await gateway.post(caller.secret, ask(provider));
    await gateway.spent(caller);
    expect(await bookedOf(caller)).toMatchObject([{ costNanos: BY_CARD }]);
  });
});
