import { beforeAll, describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, beginStream, chunk, sendJson, usageOf } from "../../support/a-supplier";
import type { Caller } from "../../support/stage";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });

beforeAll(async () => {
  const tiers = { flex: 0.5, priority: 2 };
  const card = (amount: number) => ({
    rates: (["input_tokens", "output_tokens"] as const).map((meter) => ({ meter, per: 1_000, amount })),
    fields: Object.entries(tiers).map(([equals, times]) => ({
      in: "body" as const,
      name: "service_tier",
      equals,
      times,
    })),
    chargeUnit: 0.001,
  });
  const model = ModelBody.parse({
    provider: "openai",
    upstream_model: "tiered",
    capabilities: ["chat"],
    price: card(10),
    cost: { ...card(0.1), chargeUnit: 0.000001 },
  });
  const ctx = systemCtx("test", nowMs());
  await gateway.database().inTransaction((tx) => putModel(tx, ctx, modelFromBody("tiered", model)));
  await gateway.gateway().refresh();
});

/** A reply of 100 tokens in and 100 out, with the tier that it says. */
function playTier(tier: unknown): { sent: () => unknown } {
  let sent: unknown;
  const said = tier === undefined ? {} : { service_tier: tier };
  supplier.play((response, body) => {
    sent = body["service_tier"];
    const usage = usageOf(100, 100);
    if (!body["stream"]) {
      const choices = [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }];
      return sendJson(response, 200, { id: "c", object: "chat.completion", model: "m", choices, usage, ...said });
    }
    beginStream(response);
    const words = ["Hi", " there"].map((content) => chunk({ choices: [{ index: 0, delta: { content } }], ...said }));
    response.end(`${words.join("")}${chunk({ choices: [], usage, ...said })}data: [DONE]\n\n`);
  });
  return { sent: () => sent };
}

const messages = [{ role: "user", content: "Hi" }];
const ask = (asked: string | undefined, more: object = {}) => ({
  model: "tiered",
  messages,
  max_tokens: 2_000,
  ...(asked === undefined ? {} : { service_tier: asked }),
  ...more,
});
const STREAM = { stream: true, stream_options: { include_usage: true } };
const credits = (times: number): bigint => BigInt(times * 2_000_000);

async function costOf({ wallet }: Caller): Promise<bigint> {
  const { rows } = await gateway
    .database()
    .pool.query<{ cost: string }>("select cost_nanos::text as cost from books.usage_record where wallet = $1", [
      wallet,
    ]);
  return BigInt(rows[0]?.cost ?? -1);
}

describe("the tier that served", () => {
  it.each<[string | undefined, string | null | undefined, number, string | undefined]>([
    // asked, reported, times the price, shown
    [undefined, "default", 1, "default"],
    [undefined, "priority", 2, "priority"],
    ["auto", "flex", 0.5, "flex"],
    ["flex", "flex", 0.5, "flex"],
    ["flex", "default", 1, "default"],
    ["priority", "default", 1, "default"],
    ["priority", "flex", 0.5, "flex"],
    ["fast", "priority", 2, "priority"],
    ["fast", "fast", 2, "priority"],
    ["fast", undefined, 2, undefined],
    ["priority", undefined, 2, undefined],
    ["priority", "auto", 2, "auto"],
    ["flex", null, 0.5, undefined],
    ["priority", "standard", 1, "default"],
    [undefined, "on_demand", 1, "default"],
    [undefined, "turbo", 1, undefined],
  ])(
    "asked for %s and reported as %s is charged and costed %s times, and shown as %s",
    async (asked, told, times, shown) => {
      for (const more of [{}, STREAM]) {
        const caller = await gateway.caller();
        const { sent } = playTier(told);
        const answer = await gateway.post(caller.secret, ask(asked, more));
        expect(answer.status).toBe(200);
        expect(sent()).toBe(asked);
        expect(await gateway.spent(caller)).toBe(credits(times));
        expect(await costOf(caller)).toBe(BigInt(times * 20_000_000));
        const tiers = [...answer.text.matchAll(/"service_tier":\s*("[^"]*")/g)].map(([, tier]) => tier);
        expect(new Set(tiers)).toEqual(new Set(shown === undefined ? [] : [JSON.stringify(shown)]));
      }
    },
  );

  it("is read wherever in a stream it stands", async () => {
    const caller = await gateway.caller();
    supplier.play((response) => {
      beginStream(response);
      const words = ["default", "default", "priority"].map((service_tier, index) =>
        chunk({ choices: [{ index: 0, delta: { content: `${index}` } }], service_tier }),
      );
      response.end(`${words.join("")}${chunk({ choices: [], usage: usageOf(100, 100) })}data: [DONE]\n\n`);
    });
    await gateway.post(caller.secret, ask(undefined, STREAM));
    expect(await gateway.spent(caller)).toBe(credits(2));
  });

  it("raises no charge above what was reserved, but costs what it costs", async () => {
    const caller = await gateway.caller();
    playTier("priority");
    // So many tokens at most that all of them are used: twice the price is more than is held for them.
    const answer = await gateway.post(caller.secret, ask(undefined, { max_tokens: 100 }));
    expect(answer.status).toBe(200);
    expect(await gateway.spent(caller)).toBe(credits(1));
    expect(await costOf(caller)).toBe(40_000_000n);
  });

  it("has no price under a name that no card knows", async () => {
    const caller = await gateway.caller();
    playTier("turbo");
    const answer = await gateway.post(caller.secret, ask("turbo"));
    expect([answer.status, answer.json.error?.["code"]]).toEqual([400, "unpriced_parameters"]);
  });
});
