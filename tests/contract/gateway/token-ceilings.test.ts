import { describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { addPoolKey } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, sendJson, usageOf } from "../../support/a-supplier";
import { recordedTexts } from "../../support/recorded-texts";
import { putChannel } from "../../support/supply";

/** Families of tokenizers, each at a supplier that serves it, and scripts that it packs worse than OpenAI's do. */
const FAMILIES = [
  { provider: "groq", upstream: "llama-3.3-70b-versatile", counts: "llama3", scripts: ["Georgian", "Malayalam"] },
  { provider: "groq", upstream: "meta-llama/llama-4-scout-17b", counts: "llama4", scripts: ["Armenian", "Malayalam"] },
  { provider: "mistral", upstream: "open-mistral-7b", counts: "mistral1", scripts: ["Malayalam", "Thai", "numbers"] },
  { provider: "anthropic", upstream: "claude-2.1", counts: "claude", scripts: ["Thai", "Arabic", "Devanagari"] },
  { provider: "siliconflow", upstream: "Qwen/Qwen3-32B", counts: "qwen3", scripts: ["Devanagari", "numbers"] },
  { provider: "gemini", upstream: "gemini-2.5-flash", counts: "gemma3", scripts: ["numbers"] },
  { provider: "deepseek", upstream: "deepseek-chat", counts: "deepseek", scripts: ["Malayalam"] },
  { provider: "moonshot", upstream: "kimi-k2", counts: "llama3", scripts: ["Gujarati"] },
  { provider: "openai-compatible", upstream: "llama-3.1-8b", counts: "claude", scripts: ["Khmer"] },
] as const;
const CASES = FAMILIES.flatMap(({ scripts, ...family }) => scripts.map((script) => ({ ...family, script })));
const PROVIDERS = [...new Set(FAMILIES.map(({ provider }) => provider))];
const PER_TOKEN = (5n * CREDIT) / 1_000n;
const OUTPUT = 10;

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url, providers: [...PROVIDERS, "openai"] });

/** Put a supplier's model up at 5 credits per 1,000 tokens, with a channel and a key for it. */
async function putUp(id: string, provider: string, upstreamModel: string): Promise<string> {
  const rates = (amount: number) => [
    { meter: "input_tokens", per: 1000, amount },
    { meter: "output_tokens", per: 1000, amount },
  ];
  const body = ModelBody.parse({
    provider,
    upstream_model: upstreamModel,
    capabilities: ["chat"],
    price: { rates: rates(5), chargeUnit: 0.001 },
    cost: { rates: rates(0.03), chargeUnit: 0.000001 },
  });
  const ctx = systemCtx("test", nowMs());
  await putChannel(gateway.database(), id, { provider });
  await gateway.database().inTransaction(async (tx) => {
    await putModel(tx, ctx, modelFromBody(id, body));
    await addPoolKey(tx, ctx, { channelId: id, secret: new SecretText(`sk-test-${id}-0123456789`), quotaNanos: null });
  });
  await gateway.gateway().refresh();
  return id;
}

describe("input in a script that OpenAI's tokenizer packs better than the model's own", () => {
  it.each(CASES)("is never more than was set aside: $script with $upstream of $provider", async (family) => {
    const { script, counts, provider, upstream } = family;
    const recorded = recordedTexts().filter((text) => text.script === script && text.kind === "prose");
    const content = recorded
      .map(({ text }) => text)
      .join("\n")
      .concat("\n")
      .repeat(60);
    const trueInput = recorded.reduce((sum, { tokens }) => sum + tokens(counts), 0) * 60;
    supplier.play((response) =>
      sendJson(response, 200, {
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
        usage: usageOf(trueInput, OUTPUT),
      }),
    );
    const model = await putUp(`${counts}-${script}-${provider}`.toLowerCase(), provider, upstream);
    const trueCharge = BigInt(trueInput + OUTPUT) * PER_TOKEN;
    const asked = { model, max_tokens: OUTPUT, messages: [{ role: "user", content }] };
    // From what OpenAI's count asks for up to what the request truly costs, and above that.
    for (const share of [40n, 60n, 80n, 95n, 400n]) {
      const credits = (trueCharge * share) / 100n / CREDIT;
      const caller = await gateway.caller(credits);
      const { status } = await gateway.post(caller.secret, asked);
      expect([share, status]).toEqual([share, share < 100n ? 402 : 200]);
      expect(await gateway.spent(caller, credits)).toBe(share < 100n ? 0n : trueCharge);
      expect((await gateway.records(caller)).filter(({ isCapped }) => isCapped)).toEqual([]);
    }
  });
});

describe("input of a model that a relay serves too, should the first key fail", () => {
  it("is set aside as if nothing were known of the tokenizer", async () => {
    const tokens = 4_000;
    supplier.play((response) =>
      sendJson(response, 200, {
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
        usage: usageOf(tokens, OUTPUT),
      }),
    );
    const model = await putUp("counted-exactly", "openai", "gpt-4o");
    const asked = { model, max_tokens: OUTPUT, messages: [{ role: "user", content: " word".repeat(tokens) }] };
    const credits = 25n;
    const ask = async () => (await gateway.post((await gateway.caller(credits)).secret, asked)).status;
    expect(await ask()).toBe(200);
    const ctx = systemCtx("test", nowMs());
    await putChannel(gateway.database(), "a-relay", { provider: "openai" });
    await gateway.asOwner("update channel set base_url = $1 where id = $2", ["https://relay.example/v1", "a-relay"]);
    const secret = new SecretText("sk-test-relay-0123456789");
    await gateway
      .database()
      .inTransaction((tx) => addPoolKey(tx, ctx, { channelId: "a-relay", secret, quotaNanos: null }));
    await gateway.gateway().refresh();
    expect(await ask()).toBe(402);
  });
});
