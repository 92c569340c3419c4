import { describe, expect, it } from "vitest";
import { promptOfTokens } from "../../../workers/sandbox/openai";
import { aGateway, CREDIT } from "../../support/a-gateway";

const gateway = aGateway();
const MODEL = "gpt-4";
const ask = (content: string, more: object = {}) => ({
  model: MODEL,
  messages: [{ role: "user" as const, content }],
  ...more,
});
/** 1,000 tokens in and 500 out: 7.5 credits, charged as 8. */
const THE_EXAMPLE = ask(promptOfTokens(MODEL, 1000, 500), { max_tokens: 600 });

describe("a chat completion through the gateway", () => {
  it("costs 8 credits for 1,500 tokens, said in the body, in a header and by the balance", async () => {
    const caller = await gateway.caller();
    const { data, response } = await gateway.client(caller).chat.completions.create(THE_EXAMPLE).withResponse();
    expect(data.usage).toMatchObject({ prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500, credits: 8 });
    expect(response.headers.get("x-scrip-credits")).toBe("8");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });

  it("leaves one usage record with everything that its charge came from", async () => {
    const caller = await gateway.caller();
    await gateway.client(caller).chat.completions.create(THE_EXAMPLE);
    const [record, ...others] = await gateway.records(caller);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      protocol: "openai",
      mode: "token",
      model: MODEL,
      provider: "openai",
      status: "ok",
      httpStatus: 200,
      errorCode: null,
      isEstimated: false,
      isCapped: false,
      isStreamed: false,
      chargeMicros: 8n * CREDIT,
      meters: { input_tokens: 1000, output_tokens: 500 },
      attempts: [{ n: 1, outcome: "ok" }],
    });
    expect(record?.breakdown.length).toBeGreaterThan(1);
  });

  it("streams, and adds the credits to the usage chunk that was asked for", async () => {
    const caller = await gateway.caller();
    const stream = await gateway.client(caller).chat.completions.create({
      ...THE_EXAMPLE,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.usage) usages.push(chunk.usage);
    }
    expect(text.length).toBeGreaterThan(500);
    expect(usages).toEqual([expect.objectContaining({ prompt_tokens: 1000, completion_tokens: 500, credits: 8 })]);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
    expect(await gateway.records(caller)).toMatchObject([{ isStreamed: true, status: "ok", isEstimated: false }]);
  });

  it("streams without a usage chunk where none was asked for, and charges the same", async () => {
    const caller = await gateway.caller();
    const answer = await gateway.post(caller.secret, { ...THE_EXAMPLE, stream: true });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(answer.text).not.toContain('"usage":{');
    expect(answer.text.trimEnd().endsWith("data: [DONE]")).toBe(true);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });

  it("passes the supplier's stream on byte for byte", async () => {
    const caller = await gateway.caller();
    const body = { ...THE_EXAMPLE, stream: true, stream_options: { include_usage: true } };
    const through = await gateway.post(caller.secret, body);
    const direct = await gateway.sandbox
      .client()
      .chat.completions.create(body as never)
      .asResponse();
    const plain = (text: string): string =>
      text
        .replace(/"id":"[^"]*"/g, "")
        .replace(/"created":\d+/g, "")
        .replace(/,"credits":8/, "");
    expect(plain(through.text)).toBe(plain(await direct.text()));
  });

  it("sends on the caller's bytes when nothing has to change, and no credential of theirs", async () => {
    const caller = await gateway.caller();
    const body = `{ "model":"gpt-4", "messages":[{"role":"user","content":"Reply with 5 tokens."}],\n "max_tokens": 50, "seed": 12345678901234567890, "x_unknown": 1.10 }`;
    await gateway.post(caller.secret, body, { "openai-organization": "org-mine", cookie: "a=1", referer: "http://me" });
    const [entry] = await gateway.sandbox.controls().log();
    const { createHash } = await import("node:crypto");
    expect(entry?.body_sha256).toBe(createHash("sha256").update(body).digest("hex"));
    for (const name of ["cookie", "openai-organization", "referer", "x-api-key"])
      expect(entry?.headers).not.toContain(name);
    expect(entry?.key).not.toBe(caller.secret);
  });

  it("calls tools, streaming and not", async () => {
    const caller = await gateway.caller();
    const tools = [
      {
        type: "function" as const,
        function: {
          name: "get_weather",
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      },
    ];
    const whole = await gateway.client(caller).chat.completions.create({ ...ask("Weather in Oslo?"), tools });
    const [call] = whole.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "get_weather" } });
    const stream = gateway.client(caller).chat.completions.stream({ ...ask("Weather in Oslo?"), tools });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: "get_weather" } });
    expect(await gateway.records(caller)).toMatchObject([{ status: "ok" }, { status: "ok" }]);
  });

  it("gives a supplier's refusal of the request to the caller, uncharged and in OpenAI's shape", async () => {
    const caller = await gateway.caller();
    const refused = gateway.client(caller).chat.completions.create(ask("Hello.", { temperature: 9 }));
    await expect(refused).rejects.toMatchObject({ status: 400, type: "invalid_request_error" });
    expect(await gateway.spent(caller)).toBe(0n);
    expect(await gateway.records(caller)).toMatchObject([{ status: "failed", httpStatus: 400, chargeMicros: 0n }]);
  });
});

describe("the gateway's own calls", () => {
  it("lists the models with their prices in credits, and shows one", async () => {
    const client = gateway.client(await gateway.caller());
    const { data } = await client.models.list();
    expect(data).toMatchObject([
      { id: MODEL, object: "model", scrip: { prices: { chargeUnit: 1 }, capabilities: ["chat"] } },
    ]);
    expect(await client.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: "model" });
    await expect(client.models.retrieve("nothing")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
    expect(JSON.stringify(data)).not.toMatch(/0\.03|cost/);
  });

  it("shows the balance of the calling key", async () => {
    const caller = await gateway.caller(7n);
    const reply = await fetch(`${gateway.url()}/v1/credits`, { headers: { authorization: `Bearer ${caller.secret}` } });
    expect(await reply.json()).toMatchObject({
      available: 7,
      spendable: 7,
      held: 0,
      debt: 0,
      by_source: { promo: 7, referral: 0, purchased: 0, earned: 0 },
    });
  });

  it("has no balance to show while the database can't be read, and says when to come back", async () => {
    const caller = await gateway.caller();
    const headers = { authorization: `Bearer ${caller.secret}` };
    await fetch(`${gateway.url()}/v1/credits`, { headers });
    await gateway.asOwner("alter table books.wallet rename to wallet_away", []);
    try {
      const reply = await fetch(`${gateway.url()}/v1/credits`, { headers });
      expect(reply.status).toBe(503);
      expect(await reply.json()).toMatchObject({ error: { code: "unavailable" } });
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(reply.headers.get("x-should-retry")).toBe("true");
    } finally {
      await gateway.asOwner("alter table books.wallet_away rename to wallet", []);
    }
  });

  it("answers health, readiness and metrics, and 404 in OpenAI's shape to what it doesn't know", async () => {
    const get = (path: string) => fetch(`${gateway.url()}${path}`);
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    expect(await (await get("/metrics")).text()).toContain("scrip_gateway_requests_total");
    const unknown = await get("/v1/unheard-of");
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: "not_found", type: "invalid_request_error" } });
    expect(unknown.headers.get("x-should-retry")).toBe("false");
  });
});
