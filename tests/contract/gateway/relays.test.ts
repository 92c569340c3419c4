import type OpenAI from "openai";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey } from "@/lib/auth";
import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { addPoolKey } from "@/lib/pool";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, sendJson, usageOf } from "../../support/a-supplier";
import type { Caller } from "../../support/stage";

type Body = Record<string, unknown>;
const ctx = () => systemCtx("test", nowMs());
const supplier = aSupplier();
const relay = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const seen: { supplier: Body[]; relay: Body[] } = { supplier: [], relay: [] };

const REPLY = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "gpt-4",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: usageOf(9, 1),
};
const ask = { model: "gpt-4", messages: [{ role: "user", content: "Hi" }], max_tokens: 20 };

/** A caller whose key may use these channels only. */
async function callerAt(...channels: string[]): Promise<Caller> {
  const caller = await gateway.caller();
  const key = ApiKeyInput.parse({ name: "at", channels });
  const { secret } = await gateway
    .database()
    .inTransaction((tx) => createApiKey(tx, ctx(), { userId: caller.userId, key, mayGiveAdmin: false }));
  return { ...caller, secret };
}

beforeAll(async () => {
  // The relay is said to be of the same provider, and comes first.
  const body = ChannelBody.parse({ provider: "openai", base_url: relay.url(), priority: 9 });
  await gateway.database().inTransaction(async (tx) => {
    await updateSettings(tx, ctx(), { switches: { private_upstreams: true } });
    await putChannel(tx, ctx(), channelFromBody("relay", body));
    await addPoolKey(tx, ctx(), {
      channelId: "relay",
      secret: new SecretText("sk-relay-0123456789"),
      quotaNanos: null,
    });
    const price = {
      rates: [
        { meter: "input_tokens" as const, amount: 1 },
        { meter: "output_tokens" as const, amount: 1 },
      ],
      multiples: { cache_write_5m: 1.25 },
      fields: [{ in: "body" as const, name: "speed", equals: "fast", times: 2 }],
    };
    const fast = ModelBody.parse({ provider: "openai", upstream_model: "fast", capabilities: ["chat"], price });
    await putModel(tx, ctx(), modelFromBody("fast", fast));
  });
  await gateway.gateway().refresh();
});
beforeEach(() => {
  seen.supplier = [];
  seen.relay = [];
  supplier.play((response, body) => {
    seen.supplier.push(body);
    sendJson(response, 200, REPLY);
  });
  relay.play((response, body) => {
    seen.relay.push(body);
    sendJson(response, 200, REPLY);
  });
});

const RELAYS_BILL: [string, unknown][] = [
  ["models", ["openai/gpt-5-pro", "gpt-4"]],
  ["provider", { order: ["a"] }],
  ["plugins", [{ id: "web" }]],
  ["route", "fallback"],
  ["preset", "mine"],
  ["cache_control", { type: "ephemeral" }],
  ["speed", "fast"],
  ["search_parameters", { mode: "on" }],
  ["search_settings", {}],
  ["cached_content", "cachedContents/1"],
  ["enable_search", true],
  ["fallbacks", ["gpt-5-pro"]],
  ["provider_options", { gateway: { order: ["a"] } }],
  ["data_sources", [{}]],
  ["venice_parameters", { enable_web_search: "on" }],
];

describe("a channel with an address of its own, which may be a relay to anybody", () => {
  it.each(RELAYS_BILL)("gets no field that a relay bills and the card doesn't price: %s", async (name, value) => {
    const { secret } = await callerAt("relay");
    const answer = await gateway.post(secret, { ...ask, [name]: value });
    expect([answer.status, answer.json.error?.["code"], answer.json.error?.["param"]]).toEqual([
      400,
      "unpriced_parameters",
      name,
    ]);
    expect(seen).toEqual({ supplier: [], relay: [] });
  });

  it("gets none of them within messages and tools either", async () => {
    const { secret } = await callerAt("relay");
    const marked = { type: "text", text: "Hi", cache_control: { type: "ephemeral", ttl: "1h" } };
    const searching = { type: "function", function: { name: "googleSearch" } };
    for (const more of [{ messages: [{ role: "user", content: [marked] }] }, { tools: [searching] }]) {
      expect((await gateway.post(secret, { ...ask, ...more })).json.error?.["code"]).toBe("unpriced_parameters");
    }
    expect(seen.relay).toEqual([]);
  });

  it("gets no header that a relay is steered by", async () => {
    let headers: unknown = null;
    relay.play((response) => {
      headers = response.req.headers;
      sendJson(response, 200, REPLY);
    });
    const steering = { "x-portkey-config": "pc-1", "cf-aig-cache-ttl": "1", "anthropic-beta": "fast-mode-2026-02-01" };
    const { secret } = await callerAt("relay");
    expect((await gateway.post(secret, ask, steering)).status).toBe(200);
    expect(Object.keys(headers ?? {})).not.toEqual(expect.arrayContaining([expect.stringMatching(/portkey|cf-|beta/)]));
  });

  it("gets what the card prices, at the value that it prices, and pays for it", async () => {
    const { secret } = await callerAt("relay");
    expect((await gateway.post(secret, { ...ask, model: "fast", speed: "fast" })).status).toBe(200);
    const marked = { type: "text", text: "Hi", cache_control: { type: "ephemeral" } };
    const cached = { ...ask, model: "fast", messages: [{ role: "user", content: [marked] }] };
    expect((await gateway.post(secret, cached)).status).toBe(200);
    expect((await gateway.post(secret, { ...ask, model: "fast", speed: "faster" })).status).toBe(400);
    expect(seen.relay).toEqual([{ ...ask, model: "fast", speed: "fast" }, cached]);
  });

  it("gets fields that nobody knows, untouched", async () => {
    const { secret } = await callerAt("relay");
    const unknown = { ...ask, x_new: { a: [1, { type: "web_search" }] }, chat_template_kwargs: { thinking: true } };
    expect((await gateway.post(secret, unknown)).status).toBe(200);
    expect(seen.relay).toEqual([unknown]);
  });

  it("isn't used where the supplier itself can serve such a request; it is for others", async () => {
    const { secret } = await gateway.caller();
    const routed = { ...ask, provider: { order: ["a"] } };
    expect((await gateway.post(secret, routed)).status).toBe(200);
    expect(seen).toEqual({ supplier: [routed], relay: [] });
    expect((await gateway.post(secret, ask)).status).toBe(200);
    expect(seen).toEqual({ supplier: [routed], relay: [ask] });
  });

  it("isn't the next one tried for such a request when the supplier fails", async () => {
    supplier.play((response) => sendJson(response, 500, {}));
    const { secret } = await gateway.caller();
    expect((await gateway.post(secret, { ...ask, models: ["gpt-5-pro"] })).status).toBe(502);
    expect(seen.relay).toEqual([]);
  });
});

describe("tools and content in odd shapes", () => {
  const video = { type: "video_url", video_url: { url: "https://a.test/v.mp4" } };
  it.each<[string, object, string]>([
    ["tools as an object", { tools: { type: "web_search" } }, "tools"],
    ["a tool within a list", { tools: [[{ type: "web_search" }]] }, "tools[0]"],
    ["a tool without a type", { tools: [{ google_search: {} }] }, "tools[0].type"],
    ["content as an object", { messages: [{ role: "user", content: video }] }, "messages[0].content"],
    ["content within a list", { messages: [{ role: "user", content: [[video]] }] }, "messages[0].content[0]"],
    [
      "a video within a text",
      { messages: [{ role: "user", content: [{ ...video, type: "text", text: "x" }] }] },
      "messages[0].content[0].video_url",
    ],
    ["modalities as a text", { modalities: "audio" }, "modalities"],
  ])("reach neither supplier nor relay: %s", async (_, more, param) => {
    for (const { secret } of [await callerAt("relay"), await callerAt("openai")]) {
      const { status, json } = await gateway.post(secret, { ...ask, ...more });
      expect([status, json.error?.["code"], json.error?.["param"]]).toEqual([400, "invalid_request", param]);
    }
    expect(seen).toEqual({ supplier: [], relay: [] });
  });

  it("aren't what the official SDK sends: all of it passes as it came", async () => {
    const weather = { name: "weather", strict: true, parameters: { type: "object", properties: {} } };
    const params: OpenAI.ChatCompletionCreateParamsNonStreaming = {
      model: "gpt-4",
      max_tokens: 20,
      messages: [
        { role: "developer", content: [{ type: "text", text: "Be brief." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "Weather?" },
            { type: "image_url", image_url: { url: "https://a.test/i.png", detail: "low" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          refusal: null,
          tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "sunny" }] },
      ],
      tools: [
        { type: "function", function: weather },
        { type: "custom", custom: { name: "note", format: { type: "text" } } },
      ],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "weather" } }] },
      },
      prediction: { type: "content", content: [{ type: "text", text: "sunny" }] },
      response_format: { type: "json_object" },
      modalities: ["text"],
      prompt_cache_key: "k",
      metadata: { model: "x" },
      store: false,
      service_tier: "default",
    };
    const client = gateway.client(await callerAt("relay"));
    expect((await client.chat.completions.create(params)).choices[0]?.message.content).toBe("Hi");
    expect(seen.relay).toEqual([params]);
  });
});
